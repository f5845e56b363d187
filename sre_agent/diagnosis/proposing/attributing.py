"""The case against each change that is known, whoever told of it, or that there is none.

Where nobody was asked what changed, nothing is judged here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sre_agent.diagnosis.changes import (
    environments,
    going_live,
    judgement,
    known,
    placing,
    scene,
    sources,
    taking,
)
from sre_agent.diagnosis.changes.flags import FlagCharge
from sre_agent.diagnosis.changes.judgement import Charge, Judgement
from sre_agent.diagnosis.changes.known import Known
from sre_agent.diagnosis.changes.of_github import Told as ToldOf
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.diagnosis.changes.taking import Taken
from sre_agent.diagnosis.changes.told import Signature, Told
from sre_agent.diagnosis.incident import traced
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.logs import exceptions
from sre_agent.domain.changes import CodeSeen
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.logs import ErrorPattern
from sre_agent.domain.telemetry import LogLine, Span
from sre_agent.domain.timeline import Change

EVEN = 0.5
"""Who is no likelier than all others together is not blamed: whatever is done would more likely be wrong."""


@dataclass(frozen=True)
class Attribution:
    """The changes near the onset, what they have to explain, and the case against each."""

    known: Known
    taken: Taken
    scene: Scene
    judgement: Judgement

    @property
    def onset_at(self) -> datetime:
        """Return when what the changes have to explain began."""
        return datetime.fromtimestamp(self.scene.onset_s, UTC)

    @property
    def culprit(self) -> Charge | None:
        """Return the case against the commit that did it, where that is likelier than all else."""
        return self.judgement.culprit if self._is_likely else None

    @property
    def flag(self) -> FlagCharge | None:
        """Return the case against the flag that did it, where that is likelier than all else."""
        return self.judgement.flag if self._is_likely else None

    @property
    def suspect(self) -> Change | None:
        """Return the change that explains what fails, or None where none does for sure."""
        if self.culprit:
            return self.taken.of_commit.get(self.culprit.commit.sha)
        return self.taken.of_flag.get(self.flag.flag) if self.flag else None

    @property
    def possible(self) -> Change | None:
        """Return the change that may explain it, where others may as well and none is a suspect."""
        if self.suspect:
            return None
        if culprit := self.judgement.culprit:
            return self.taken.of_commit.get(culprit.commit.sha)
        flag = self.judgement.flag
        return self.taken.of_flag.get(flag.flag) if flag else None

    @property
    def _is_likely(self) -> bool:
        return self.judgement.confidence > EVEN


def attribute(situation: Situation) -> Attribution | None:
    """Return the case against each change that is known, or None where nobody looked for any."""
    found = known.read(situation.case)
    if not found.is_looked_for:
        return None
    told = tuple(_with_services(situation, item) for item in found.changes)
    placed = ((id_, placing.here(situation, change)) for id_, change in told)
    taken = taking.take(
        [(id_, change) for id_, change in placed if change],
        lambda namespace, name: _name(situation, namespace, name),
        environments.of(situation.case),
    )
    seen = scene.build(_scene(situation, taken, replace(found, changes=told)))
    return Attribution(replace(found, changes=told), taken, seen, judgement.judge(seen))


def _with_services(situation: Situation, told: ToldOf) -> ToldOf:
    id_, change = told
    services = going_live.services(situation.case, change)
    return id_, change.model_copy(update={"services": services})


def _name(situation: Situation, namespace: str, name: str) -> str:
    ref = situation.case.names.resolve(namespace or situation.case.incident.namespace, name)
    return placing.called(situation, ref) if ref else name


def _scene(situation: Situation, taken: Taken, found: Known) -> Told:
    incident = situation.case.incident
    anchor = next(iter(situation.anchors), None)
    service = placing.called(situation, anchor) if anchor else incident.service
    said = dict.fromkeys(text for alert in incident.alerts for text in (alert.name, alert.summary))
    onset = situation.began
    began_s = onset.at.timestamp()
    changes = [change for _, change in found.changes]
    return Told(
        service=service,
        text=" ".join([incident.title, *said]),
        fired_at_s=began_s,
        tolerance_s=onset.tolerance.total_seconds(),
        lines=tuple(_lines(situation, began_s)),
        signatures=tuple(_signatures(situation)),
        spans=tuple(_spans(situation)),
        commits=taken.commits,
        deploys=(*taken.deploys, *going_live.rollouts(situation, changes)),
        flags=taken.flags,
        sources=sources.read(situation.case),
        code=tuple(_code(situation)),
        gone=found.gone,
        parents=found.parents,
        environment=environments.of(situation.case),
    )


def _lines(situation: Situation, began_s: float) -> Iterator[LogLine]:
    """Yield what programs complain of; a stack trace stays whole, as its frames tell where."""
    for ref, pattern, source in _patterns(situation):
        if pattern.is_novel:
            yield LogLine(
                at_s=max(pattern.first_at.timestamp(), began_s),
                service=placing.called(situation, ref),
                severity=pattern.level or "ERROR",
                text="\n".join([pattern.sample, *pattern.stack]),
                source=source,
            )
    for logs in situation.case.pod_logs:
        owner = situation.case.names.resolve(logs.fact.namespace, logs.fact.pod)
        for text in exceptions.fold(map(_unfolded, logs.fact.lines)):
            if owner and exceptions.read(text).frames:
                yield LogLine(
                    at_s=began_s,
                    service=placing.called(situation, owner),
                    severity="ERROR",
                    text=text,
                    source=logs.id,
                )


def _patterns(situation: Situation) -> Iterator[tuple[ObjectRef, ErrorPattern, EvidenceId]]:
    """Yield what services complain of, without what was over when the trouble began."""
    onset = situation.began
    earliest = onset.at - max(onset.tolerance, onset.lag)
    for ref, seen in sorted(situation.case.patterns.items(), key=lambda item: str(item[0])):
        for pattern in seen.fact.patterns:
            if pattern.last_at >= earliest:
                yield ref, pattern, seen.id


def _code(situation: Situation) -> Iterator[CodeSeen]:
    for seen in situation.case.repositories.files:
        rows = tuple(seen.fact.text.splitlines())
        first = seen.fact.first_line
        yield CodeSeen(path=seen.fact.path, first_line=first, rows=rows, source=seen.id)


def _unfolded(line: str) -> str:
    """Return a line whose rows were written as one with them apart, as structured logs have them."""
    if not line.lstrip().startswith("{") or "\\n" not in line:
        return line
    return line.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')


def _signatures(situation: Situation) -> Iterator[Signature]:
    for ref, pattern, _ in _patterns(situation):
        more = pattern.count - pattern.count_before
        name = placing.called(situation, ref)
        yield Signature(name, pattern.sample, pattern.count, more, is_bad=True)


def _spans(situation: Situation) -> Iterator[Span]:
    for sample in situation.case.traces:
        for trace in sample.fact.traces:
            for span in traced.spans(trace, sample.id):
                ref = traced.workload(situation.case.names, sample.fact, span.service)
                yield replace(span, service=placing.called(situation, ref)) if ref else span
