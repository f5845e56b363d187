"""Changes as suspects: the one that explains what fails, or none; a decoy is none.

Where nobody was asked what changed, nothing is suspected here.
"""

from collections.abc import Sequence
from dataclasses import replace

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.changes import Release, hypotheses
from sre_agent.diagnosis.changes.builds import TIE_S
from sre_agent.diagnosis.changes.commits import HARMLESS
from sre_agent.diagnosis.changes.judgement import Charge, Judgement
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.proposing.attributing import Attribution
from sre_agent.domain.changes import Deploy
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import NO_EVIDENCE
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
    convicted = Judgement(
        charges=(found.culprit,) if found.culprit else (),
        flags=(found.flag,) if found.flag else (),
        outside=(),
    )
    namespace = situation.case.incident.namespace
    return tuple(
        _placed(situation, found, item, known)
        for item in hypotheses.propose(found.scene, convicted, namespace)
    )


def acquitted(found: Attribution, item: Hypothesis) -> Hypothesis:
    """Return the suspicion of a release with what speaks against it: all that it brought does no harm.

    Only where all of its commits are known, each with its diff.
    """
    release = item.release
    if item.fault_class is not FaultClass.BAD_RELEASE or release is None:
        return item
    brought = [
        charge
        for charge in found.judgement.charges
        if charge.arrival and _is_of(charge.arrival.deploy, release)
    ]
    own = [charge for charge in brought if charge.arrival and charge.arrival.is_own]
    whys = [_harmless(charge) for charge in brought]
    known = [charge.commit.sha for charge in brought]
    told = {deploy.sha for deploy in found.scene.told.deploys if _is_of(deploy, release)} - {""}
    is_all = all(any(sha.startswith(name) for sha in known) for name in told)
    if not (own and is_all and all(whys)):
        return item
    best = own[0]
    said = f"it brought {best.commit.message.partition(chr(10))[0]!r}: {whys[brought.index(best)]}"
    ids = sorted({charge.commit.source for charge in brought} - {NO_EVIDENCE})
    against = Suspect(item.fault_class, item.object).speaks_against(
        "change.commit_harmless", weights.HARMLESS_COMMIT, said, ids
    )
    return replace(item, findings=(*item.findings, against)) if ids else item


def _harmless(charge: Charge) -> str:
    """Return why a commit is proven to do no harm, or nothing where it may do some."""
    rules = {reason.rule: reason.statement for reason in charge.reasons}
    if rules.keys() & {"words.taken_away", "words.brought", "frames.on_it"}:
        return ""
    return rules.get(HARMLESS, "") if charge.commit.diff else ""


def _is_of(deploy: Deploy, release: Release) -> bool:
    """Return whether a deployment is what a release carried out."""
    since_s = release.started_at.timestamp() - deploy.at_s
    is_then = -TIE_S <= since_s <= ROLLED_OUT_WITHIN_S
    return deploy.service == release.object.name and is_then


def informed(found: Attribution, item: Hypothesis) -> Hypothesis:
    """Return a suspect with what takes the change back that came with its release.

    Whatever the trouble is called in the end: it came with the release, and the release with the change.
    """
    culprit, change = found.culprit, found.suspect
    brought = culprit.arrival.deploy if culprit and culprit.arrival else None
    if not (brought and change and item.release and _is_of(brought, item.release)):
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
