"""Changes that the timeline tells of as suspects: the one that explains what fails, or none.

Where the timeline tells nothing, nothing is judged here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sre_agent.diagnosis.changes import hypotheses, images, judgement, releases, scene, taking
from sre_agent.diagnosis.changes.judgement import Judgement
from sre_agent.diagnosis.changes.scene import Scene, Signature, Told
from sre_agent.diagnosis.changes.taking import Taken
from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident import traced
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.logs import exceptions
from sre_agent.domain.changes import Deploy
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.telemetry import LogLine, Span
from sre_agent.domain.timeline import Change, ChangeKind


@dataclass(frozen=True)
class Attribution:
    """The changes near the onset, what they have to explain, and the case against each."""

    changes: tuple[tuple[EvidenceId, Change], ...]
    taken: Taken
    scene: Scene
    judgement: Judgement

    @property
    def onset_at(self) -> datetime:
        """Return when what the changes have to explain began."""
        return datetime.fromtimestamp(self.scene.onset_s, UTC)

    @property
    def suspect(self) -> Change | None:
        """Return the change that explains what fails, or None where none does."""
        if culprit := self.judgement.culprit:
            return self.taken.of_commit.get(culprit.commit.sha)
        flag = self.judgement.flag
        return self.taken.of_flag.get(flag.flag.flag) if flag else None


def attribute(situation: Situation) -> Attribution | None:
    """Return the case against each change that the timeline tells of, or None where it tells none."""
    told = _told(situation)
    if not told:
        return None
    taken = taking.take(told, lambda namespace, name: _name(situation, namespace, name))
    seen = scene.build(_scene(situation, taken, [change for _, change in told]))
    return Attribution(told, taken, seen, judgement.judge(seen))


def propose(situation: Situation, known: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Return the change that explains what fails as a suspect: a decoy is none.

    Args:
        situation: what is known.
        known: the other suspects; what undoes the release that brought the change stands there.
    """
    found = attribute(situation)
    if found is None:
        return ()
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


def _told(situation: Situation) -> tuple[tuple[EvidenceId, Change], ...]:
    """Return every change once, with the newest evidence that tells of it."""
    found: dict[str, tuple[EvidenceId, Change]] = {}
    for seen in situation.case.changes:
        found.update({change.id: (seen.id, change) for change in seen.fact.changes})
    return tuple(found[id_] for id_ in sorted(found))


def _name(situation: Situation, namespace: str, name: str) -> str:
    ref = situation.case.names.resolve(namespace or situation.case.incident.namespace, name)
    return ref.name if ref else name


def _scene(situation: Situation, taken: Taken, told: Sequence[Change]) -> Told:
    incident = situation.case.incident
    anchor = next(iter(situation.anchors), None)
    service = anchor.name if anchor else incident.service
    onset = situation.onset(anchor or ObjectRef.deployment(incident.namespace, service))
    said = dict.fromkeys(text for alert in incident.alerts for text in (alert.name, alert.summary))
    began_s = onset.at.timestamp()
    return Told(
        service=service,
        text=" ".join([incident.title, *said]),
        fired_at_s=began_s,
        lines=tuple(_lines(situation, began_s)),
        signatures=tuple(_signatures(situation)),
        spans=tuple(_spans(situation)),
        commits=taken.commits,
        deploys=(*taken.deploys, *_rollouts(situation, told)),
        flags=taken.flags,
    )


def _lines(situation: Situation, began_s: float) -> Iterator[LogLine]:
    """Yield what programs complain of; a stack trace stays whole, as its frames tell where."""
    for ref, seen in sorted(situation.case.patterns.items(), key=lambda item: str(item[0])):
        for pattern in seen.fact.patterns:
            if pattern.is_novel:
                yield LogLine(
                    at_s=max(pattern.first_at.timestamp(), began_s),
                    service=ref.name,
                    severity=pattern.level or "ERROR",
                    text=pattern.sample,
                    source=seen.id,
                )
    for logs in situation.case.pod_logs:
        owner = situation.case.names.resolve(logs.fact.namespace, logs.fact.pod)
        for text in exceptions.fold(logs.fact.lines):
            if owner and exceptions.read(text).frames:
                yield LogLine(
                    at_s=began_s, service=owner.name, severity="ERROR", text=text, source=logs.id
                )


def _signatures(situation: Situation) -> Iterator[Signature]:
    for ref, seen in sorted(situation.case.patterns.items(), key=lambda item: str(item[0])):
        for pattern in seen.fact.patterns:
            more = pattern.count - pattern.count_before
            yield Signature(ref.name, pattern.sample, pattern.count, more, is_bad=True)


def _spans(situation: Situation) -> Iterator[Span]:
    for sample in situation.case.traces:
        for trace in sample.fact.traces:
            for span in traced.spans(trace, sample.id):
                ref = traced.workload(situation.case.names, sample.fact, span.service)
                yield replace(span, service=ref.name) if ref else span


def _rollouts(situation: Situation, told: Sequence[Change]) -> Iterator[Deploy]:
    """Yield what the cluster itself tells of versions that went live, with the commit of the image."""
    case = situation.case
    for ref in sorted({*case.workloads, *case.histories}, key=str):
        for release in releases(case, ref):
            if release.is_restart:
                continue
            origins = (images.origin(image, deployed=told) for image in release.revision.images)
            known = next((origin for origin in origins if origin), None)
            yield Deploy(
                service=ref.name,
                at_s=release.started_at.timestamp(),
                sha=known.commit if known else "",
                version=", ".join(release.revision.images),
                source=release.evidence_ids[-1],
            )


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
    facts = {**(brought.facts if brought else {}), **item.facts}
    return replace(
        item,
        object=ref,
        statement=_statement(item, change),
        findings=tuple(finding.model_copy(update={"object": ref}) for finding in item.findings),
        release=brought.release if brought else None,
        facts=facts | ({"change": change.id} if change else {}),
    )


def _statement(item: Hypothesis, change: Change | None) -> str:
    if change is None or change.kind in {ChangeKind.COMMIT, ChangeKind.PULL_REQUEST}:
        return item.statement
    return f"{change.kind} change: {change.summary}"
