"""Containers that were killed for going beyond their memory limit."""

from collections.abc import Iterator
from functools import partial

from sre_agent.diagnosis.hypothesis import Fact, Hypothesis
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import memory_need, pods
from sre_agent.diagnosis.kubernetes.pods import Trouble
from sre_agent.diagnosis.proposing import bad_release
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Workload

REASON = "OOMKilled"
_MIB = 1024 * 1024


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect each workload whose containers were killed for memory near the onset or since."""
    for ref, seen in pods.workloads(situation):
        yield from pods.hypothesis(
            situation,
            FaultClass.OUT_OF_MEMORY,
            seen,
            _troubles(situation, seen),
            more=partial(_need, situation, ref),
        )


def _need(situation: Situation, ref: ObjectRef, trouble: Trouble) -> dict[str, Fact]:
    blamed = bad_release.release_at(situation, ref, trouble.since)
    if blamed and blamed.revision.template_hash != trouble.pod.template_hash:
        blamed = None
    return memory_need.facts(situation, ref, trouble.container.name, blamed)


def _troubles(situation: Situation, seen: Seen[Workload]) -> Iterator[Trouble]:
    for pod, container in pods.containers(seen.fact):
        ended = pods.last_end(situation, seen.fact.object, container)
        if ended and ended.finished_at and ended.reason == REASON:
            yield Trouble(
                pod, container, REASON, _limit(seen.fact, container.name), ended.finished_at
            )


def _limit(workload: Workload, container: str) -> str:
    limits = (item.limits.memory_bytes for item in workload.containers if item.name == container)
    limit = next((bytes_ for bytes_ in limits if bytes_), None)
    return f"limit {limit / _MIB:.0f} MiB" if limit else ""
