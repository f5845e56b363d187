"""What the changes near an onset add up to, for people: the one that did it, or that none did."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sre_agent.diagnosis.changes.commits import Reason
from sre_agent.diagnosis.changes.reach import TIE_S
from sre_agent.diagnosis.incident import case, situation
from sre_agent.diagnosis.proposing import told_changes
from sre_agent.diagnosis.proposing.told_changes import Attribution
from sre_agent.domain.attribution import ChangeVerdict, JudgedChange
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.timeline import Change

TOLD_MAX = 8
"""So many that were ruled out are told, the likeliest first."""
REASONS_MAX = 4


def verdict(
    evidence: Sequence[Evidence], incident: Incident, now: datetime
) -> ChangeVerdict | None:
    """Return what the timeline's changes explain; None where it tells of none."""
    seen = situation.assess(case.build(evidence, incident, now))
    found = told_changes.attribute(seen)
    return _verdict(found) if found else None


def _verdict(found: Attribution) -> ChangeVerdict:
    judged = [
        (found.taken.of_commit.get(charge.commit.sha), charge.score, charge.reasons)
        for charge in found.judgement.charges
    ]
    judged += [
        (found.taken.of_flag.get(charge.flag.flag), charge.score, charge.reasons)
        for charge in found.judgement.flags
    ]
    cases = [(change, score, reasons) for change, score, reasons in judged if change]
    cases.sort(key=lambda item: (-item[1], item[0].id))
    suspect = found.suspect
    others = [item for item in cases if suspect is None or item[0].id != suspect.id]
    own = next((item for item in cases if suspect and item[0].id == suspect.id), None)
    later = sum(change.at.timestamp() > found.scene.onset_s + TIE_S for _, change in found.changes)
    return ChangeVerdict(
        suspect=_judged(own[0], own[2]) if own else None,
        ruled_out=tuple(_judged(change, reasons) for change, _, reasons in others[:TOLD_MAX]),
        later=later,
        left_out=max(0, len(others) - TOLD_MAX),
        onset_at=found.onset_at,
        confidence=found.judgement.confidence,
        reason=_reason(found, suspect, len(others), later),
    )


def _judged(change: Change, reasons: Iterable[Reason]) -> JudgedChange:
    ordered = sorted(reasons, key=lambda item: (-abs(item.weight), item.rule))
    return JudgedChange(
        id=change.id,
        kind=change.kind,
        summary=change.summary,
        at=change.at,
        actor=change.actor,
        link=change.link,
        speaks_for=tuple(each.statement for each in ordered if each.weight > 0)[:REASONS_MAX],
        speaks_against=tuple(each.statement for each in ordered if each.weight < 0)[:REASONS_MAX],
    )


def _reason(found: Attribution, suspect: Change | None, others: int, later: int) -> str:
    sure = in_percent(found.judgement.confidence)
    if suspect:
        return f"{suspect.summary} explains what fails ({sure})"
    outside = found.judgement.outside
    instead = f"; {outside[0].statement}" if outside else ""
    count = "1 change was" if others == 1 else f"{others} changes were"
    after = f", {later} came after it" if later else ""
    return f"no change explains this: {count} in effect before the onset{after}{instead}"
