"""Changes as suspects: the one that explains what fails, or none; a decoy is none.

Where nobody was asked what changed, nothing is suspected here.
"""

from collections.abc import Sequence
from dataclasses import replace

from sre_agent.diagnosis.changes import hypotheses
from sre_agent.diagnosis.changes.judgement import Judgement
from sre_agent.diagnosis.changes.reach import TIE_S
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.proposing.attributing import Attribution
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.timeline import Change, ChangeKind

ROLLED_OUT_WITHIN_S = 600.0
"""A rollout begins at most this long after the deployment that it carries out was recorded."""
_CODE = frozenset({ChangeKind.COMMIT, ChangeKind.PULL_REQUEST})


def propose(
    situation: Situation, found: Attribution, known: Sequence[Hypothesis]
) -> tuple[Hypothesis, ...]:
    """Return the change that explains what fails as a suspect.

    Args:
        situation: what is known.
        found: the case against each change.
        known: the other suspects; what undoes the release that brought the change stands there.
    """
    verdict = found.judgement
    convicted = Judgement(
        charges=(verdict.culprit,) if verdict.culprit else (),
        flags=(verdict.flag,) if verdict.flag else (),
        outside=(),
    )
    namespace = situation.case.incident.namespace
    return tuple(
        _placed(situation, found, item, known)
        for item in hypotheses.propose(found.scene, convicted, namespace)
    )


def informed(found: Attribution, item: Hypothesis) -> Hypothesis:
    """Return a suspect with what takes the change back that came with its release.

    Whatever the trouble is called in the end: it came with the release, and the release with the change.
    """
    culprit, change = found.judgement.culprit, found.suspect
    brought = culprit.arrival.deploy if culprit and culprit.arrival else None
    release = item.release
    if not (brought and change and release and brought.service == release.object.name):
        return item
    since_s = release.started_at.timestamp() - brought.at_s
    if not -TIE_S <= since_s <= ROLLED_OUT_WITHIN_S:
        return item
    return replace(item, facts={**item.facts, **_facts(found, change)})


def _placed(
    situation: Situation,
    found: Attribution,
    item: Hypothesis,
    known: Sequence[Hypothesis],
) -> Hypothesis:
    """Return a suspect at the workload that is meant, with what undoes the release that brought it."""
    ref = situation.case.names.resolve(item.object.namespace, item.object.name) or item.object
    release = next(
        (
            other
            for other in known
            if other.object == ref
            and other.fault_class is FaultClass.BAD_RELEASE
            and other.is_supported
        ),
        None,
    )
    brought = release if item.fault_class is not FaultClass.BAD_FEATURE_FLAG else None
    change = found.suspect
    own = {name: value for name, value in item.facts.items() if name != "commit"}
    facts = {**(brought.facts if brought else {}), **own}
    return replace(
        item,
        object=ref,
        statement=_statement(item, change),
        findings=tuple(finding.model_copy(update={"object": ref}) for finding in item.findings),
        release=brought.release if brought else None,
        facts=facts | (_facts(found, change) if change else {}),
    )


def _facts(found: Attribution, change: Change) -> dict[str, Fact]:
    """Return what names a change, and what takes it back where it is code of a repository we know."""
    return {"change": found.known.name(change), **found.known.taking_back(change)}


def _statement(item: Hypothesis, change: Change | None) -> str:
    if change is None or change.kind in _CODE:
        return item.statement
    return f"{change.kind} change: {change.summary}"
