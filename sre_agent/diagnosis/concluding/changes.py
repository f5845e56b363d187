"""What the changes near an onset add up to, for people: the one that did it, or that none did."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sre_agent.diagnosis.changes import explained, knowers, reach
from sre_agent.diagnosis.changes.commits import SHORT_SHA, UNREAD
from sre_agent.diagnosis.changes.reason import Reason
from sre_agent.diagnosis.incident import case, situation
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.proposing import attributing
from sre_agent.diagnosis.proposing.attributing import Attribution
from sre_agent.domain.attribution import ChangeVerdict, JudgedChange
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import NO_EVIDENCE, EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.timeline import Change

TOLD_MAX = 8
"""So many that were ruled out are told, the likeliest first."""
REASONS_MAX = 4
UNREAD_MAX = 8
"""So many commits that were not looked at are named."""


@dataclass(frozen=True)
class _Trial:
    """A change with what speaks for it and against it, and the evidence it stands in.

    `services` are those it went live in, `said_by` is what says that its paths are theirs.
    """

    change: Change
    score: float
    reasons: Sequence[Reason]
    source: EvidenceId
    services: frozenset[str] = frozenset()
    said_by: tuple[EvidenceId, ...] = ()


def verdict(
    evidence: Sequence[Evidence], incident: Incident, now: datetime
) -> ChangeVerdict | None:
    """Return what the changes explain that are known; None where nobody was asked what changed."""
    seen = situation.assess(case.build(evidence, incident, now))
    found = attributing.attribute(seen)
    return _verdict(seen, found) if found else None


def _verdict(seen: Situation, found: Attribution) -> ChangeVerdict:
    trials = sorted(_trials(found), key=lambda item: (-item.score, item.change.id))
    suspect = found.suspect
    others = [item for item in trials if suspect is None or item.change.id != suspect.id]
    own = next((item for item in trials if suspect and item.change.id == suspect.id), None)
    changes = [change for _, change in found.known.changes]
    later = sum(change.at.timestamp() > found.scene.latest_s for change in changes)
    return ChangeVerdict(
        suspect=_suspect(seen, found, own) if own else None,
        ruled_out=tuple(_judged(found, item) for item in others[:TOLD_MAX]),
        later=later,
        left_out=max(0, len(others) - TOLD_MAX),
        onset_at=found.onset_at,
        confidence=found.judgement.confidence,
        reason=_reason(found, suspect, len(others), later) + _unread(found),
    )


def _trials(found: Attribution) -> Iterator[_Trial]:
    for charge in found.judgement.charges:
        change = found.taken.of_commit.get(charge.commit.sha)
        if change:
            services = frozenset({charge.arrival.deploy.service} if charge.arrival else ())
            yield _Trial(
                change,
                charge.score,
                charge.reasons,
                charge.commit.source,
                services,
                reach.said_by(found.scene, services or {found.scene.first}, charge.commit),
            )
    for switched in found.judgement.flags:
        change = found.taken.of_flag.get(switched.flag)
        if change:
            services = frozenset({switched.flag.service} - {""})
            yield _Trial(change, switched.score, switched.reasons, switched.flag.source, services)


def _suspect(seen: Situation, found: Attribution, own: _Trial) -> JudgedChange:
    """Return the suspect with what its diff explains, and who knows that code."""
    explains = explained.explain(seen.case, found.scene, found.judgement, own.change, own.source)
    owned = knowers.Owned(found.scene.told.sources, own.services)
    known_by = knowers.of(seen.case.repositories, found.known, own.change, own.source, owned)
    judged = _judged(found, own)
    ids = [*judged.evidence_ids, *(id_ for item in explains for id_ in item.evidence_ids)]
    return judged.model_copy(
        update={
            "explains": explains,
            "known_by": known_by,
            "evidence_ids": tuple(dict.fromkeys(ids)),
        }
    )


def _judged(found: Attribution, item: _Trial) -> JudgedChange:
    change = item.change
    ordered = sorted(item.reasons, key=lambda reason: (-abs(reason.weight), reason.rule))
    return JudgedChange(
        id=found.known.name(change),
        kind=change.kind,
        summary=change.summary,
        at=change.at,
        actor=change.actor,
        link=change.link,
        repository=change.repository,
        commit=change.commit,
        pull_request=found.known.pull_request(change),
        speaks_for=_told(each.statement for each in ordered if each.weight > 0),
        speaks_against=_told(
            each.statement for each in ordered if each.weight < 0 or each.rule == UNREAD
        ),
        evidence_ids=tuple(id_ for id_ in (item.source, *item.said_by) if id_ != NO_EVIDENCE),
    )


def _told(statements: Iterable[str]) -> tuple[str, ...]:
    return tuple(statements)[:REASONS_MAX]


def _reason(found: Attribution, suspect: Change | None, others: int, later: int) -> str:
    sure = in_percent(found.judgement.confidence)
    if suspect:
        return f"{suspect.summary} explains what fails ({sure})"
    if found.possible:
        said = f"{found.possible.summary} may explain this ({sure}), and so may others"
        return f"no change explains this for sure: {said}"
    outside = found.judgement.outside
    instead = f"; {outside[0].statement}" if outside else ""
    count = "1 change was" if others == 1 else f"{others} changes were"
    after = f", {later} came after it" if later else ""
    return f"no change explains this: {count} in effect before the onset{after}{instead}"


def _unread(found: Attribution) -> str:
    """Return which commits went live before the onset though nobody saw what they change."""
    shas = [
        charge.commit.sha[:SHORT_SHA]
        for charge in found.judgement.unread
        if (change := found.taken.of_commit.get(charge.commit.sha)) and change.commit
    ]
    if not shas:
        return ""
    more = f" and {len(shas) - UNREAD_MAX} more" if len(shas) > UNREAD_MAX else ""
    return f"; not looked at, though live before the onset: {', '.join(shas[:UNREAD_MAX])}{more}"
