"""A judgement of changes as hypotheses, to be weighed beside what the cluster itself tells."""

from collections.abc import Iterable, Iterator

from sre_agent.diagnosis.changes import lasting, reach
from sre_agent.diagnosis.changes.judgement import Charge, Judgement
from sre_agent.diagnosis.changes.reason import Reason
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.domain.causes import Finding
from sre_agent.domain.changes import Commit
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import NO_EVIDENCE, EvidenceId
from sre_agent.domain.objects import ObjectRef


def propose(scene: Scene, judgement: Judgement, namespace: str) -> tuple[Hypothesis, ...]:
    """Return the changes and the reasons outside as hypotheses; what has no evidence is left out.

    Args:
        scene: what failed.
        judgement: the case against each change.
        namespace: where the services live.
    """
    return (
        *_commits(scene, judgement, namespace),
        *_flags(scene, judgement, namespace),
        *_outside(scene, judgement, namespace),
    )


def fault_class(commit: Commit) -> FaultClass:
    """Return what a commit would have been, were it the reason: by the files it touches."""
    if commit.paths and all(map(lasting.is_migration, commit.paths)):
        return FaultClass.BAD_MIGRATION
    if commit.paths and all(map(lasting.is_setting, commit.paths)):
        return FaultClass.BAD_CONFIG_CHANGE
    return FaultClass.BAD_RELEASE


def _commits(scene: Scene, judgement: Judgement, namespace: str) -> Iterator[Hypothesis]:
    for charge in judgement.charges:
        ids = _ids(
            charge.commit.source, charge.arrival.deploy.source if charge.arrival else NO_EVIDENCE
        )
        if ids and charge.score > 0.0:
            ref = ObjectRef.deployment(namespace, _service(charge, scene))
            suspect = Suspect(fault_class(charge.commit), ref)
            commit = charge.commit
            said_by = reach.said_by(scene, {ref.name}, commit)
            yield Hypothesis(
                fault_class=suspect.fault_class,
                object=ref,
                statement=f"commit {commit.sha[:10]} ({commit.message.partition(chr(10))[0]})",
                findings=tuple(_findings(suspect, charge.reasons, _ids(*ids, *said_by))),
                facts={
                    "commit": commit.sha,
                    "version": charge.arrival.deploy.version if charge.arrival else "",
                },
            )


def _flags(scene: Scene, judgement: Judgement, namespace: str) -> Iterator[Hypothesis]:
    for charge in judgement.flags:
        ids = _ids(charge.flag.source)
        if ids and charge.score > 0.0:
            ref = ObjectRef.deployment(namespace, charge.flag.service or scene.first)
            suspect = Suspect(FaultClass.BAD_FEATURE_FLAG, ref)
            yield Hypothesis(
                fault_class=suspect.fault_class,
                object=ref,
                statement=f"flag {charge.flag.flag} was switched {charge.flag.change}".rstrip(),
                findings=tuple(_findings(suspect, charge.reasons, ids)),
                facts={"flag": charge.flag.flag},
            )


def _outside(scene: Scene, judgement: Judgement, namespace: str) -> Iterator[Hypothesis]:
    told = scene.told
    ids = _ids(
        *(notice.source for notice in told.notices),
        *(line.source for line in told.lines),
        *([told.table.source] if told.table else []),
    )
    ref = ObjectRef.deployment(namespace, scene.first)
    for reason in judgement.outside if ids else ():
        finding = Suspect(reason.fault_class, ref).speaks_for(
            f"outside.{reason.origin.value}", reason.weight, reason.statement, ids
        )
        yield Hypothesis(reason.fault_class, ref, reason.statement, (finding,))


def _service(charge: Charge, scene: Scene) -> str:
    return charge.arrival.deploy.service if charge.arrival else scene.first


def _findings(
    suspect: Suspect, reasons: Iterable[Reason], ids: tuple[EvidenceId, ...]
) -> Iterator[Finding]:
    for reason in reasons:
        if reason.weight > 0.0:
            yield suspect.speaks_for(reason.rule, reason.weight, reason.statement, ids)
        elif reason.weight < 0.0:
            yield suspect.speaks_against(reason.rule, -reason.weight, reason.statement, ids)


def _ids(*sources: EvidenceId) -> tuple[EvidenceId, ...]:
    return tuple(sorted({source for source in sources if source != NO_EVIDENCE}))
