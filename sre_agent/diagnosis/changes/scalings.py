"""How many pods workloads were asked to have, as their own events tell: what rollouts do is left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sre_agent.diagnosis.changes.releases import AT_ONCE, BURST, Scaling, releases, scaling
from sre_agent.diagnosis.incident.case import Case
from sre_agent.domain.objects import ObjectRef


@dataclass(frozen=True)
class Scaled:
    """A workload that was scaled; `before` is None where its events do not say it."""

    at: datetime
    before: int | None
    after: int


@dataclass(frozen=True)
class _Step:
    at: datetime
    of: Scaling


def scalings(case: Case, ref: ObjectRef) -> Iterator[Scaled]:
    """Yield when somebody scaled a workload, oldest first; what is done at once is one scaling."""
    born = [release.revision.created_at for release in releases(case, ref)]
    known = _steps(case, ref)
    steps = [
        step for step in known if not _is_of_rollout(step, known) and not _is_of_birth(step, born)
    ]
    together: list[_Step] = []
    for step in steps:
        if together and step.at - together[-1].at > AT_ONCE:
            yield _scaled(together)
            together = []
        together.append(step)
    if together:
        yield _scaled(together)


def _steps(case: Case, ref: ObjectRef) -> Sequence[_Step]:
    """Return every step of its ReplicaSets once, oldest first: an event may have been seen twice."""
    found = {
        _Step(at, step)
        for seen in case.events_of.get(ref, ())
        if (at := seen.fact.last_at) and (step := scaling(seen.fact.message))
    }
    return sorted(found, key=lambda step: (step.at, step.of.replicaset))


def _is_of_rollout(step: _Step, known: Sequence[_Step]) -> bool:
    """Return whether another ReplicaSet went the other way near it: that is how a rollout goes."""
    return any(
        other.of.is_rise != step.of.is_rise
        and other.of.replicaset != step.of.replicaset
        and abs(other.at - step.at) <= BURST
        for other in known
    )


def _is_of_birth(step: _Step, born: Sequence[datetime]) -> bool:
    """Return whether a ReplicaSet rose from nothing as it was made."""
    is_first = step.of.is_rise and not step.of.old
    return is_first and any(abs(step.at - at) <= AT_ONCE for at in born)


def _scaled(steps: Sequence[_Step]) -> Scaled:
    old = [step.of.old for step in steps]
    before = None if None in old else sum(each for each in old if each)
    return Scaled(steps[-1].at, before, sum(step.of.new for step in steps))
