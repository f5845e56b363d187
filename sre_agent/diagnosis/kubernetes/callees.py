"""Whom each workload depends on: the calls of a snapshot, followed from caller to callee."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sre_agent.diagnosis.kubernetes import calling, hosts
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef


@dataclass(frozen=True)
class Callees:
    """The calls between the workloads of a snapshot, with the evidence for each."""

    view: View

    @cached_property
    def edges(self) -> Mapping[ObjectRef, Mapping[ObjectRef, EvidenceId]]:
        """Return for each caller its callees, in the order of their names."""
        found: dict[ObjectRef, dict[ObjectRef, EvidenceId]] = {}
        for callee, callers in calling.callers(self.view).items():
            for caller, source in callers.items():
                found.setdefault(caller, {})[callee] = source
        for caller, callee, source in self._meant():
            if caller != callee:
                found.setdefault(caller, {}).setdefault(callee, source)
        return {
            caller: dict(sorted(out.items(), key=lambda item: str(item[0])))
            for caller, out in found.items()
        }

    def reached_from(self, caller: ObjectRef) -> Mapping[ObjectRef, EvidenceId]:
        """Return all that a workload depends on, nearest first, with the call that leads there."""
        reached: dict[ObjectRef, EvidenceId] = {}
        queue = [caller]
        for ref in queue:
            for callee, source in self.edges.get(ref, {}).items():
                if callee not in reached and callee != caller:
                    reached[callee] = source
                    queue.append(callee)
        return reached

    def _meant(self) -> Iterator[tuple[ObjectRef, ObjectRef, EvidenceId]]:
        """Return the callees whose Service selects nothing: the workloads that bear its name."""
        for caller, source, _, service in hosts.configured(self.view):
            if service and not self.view.behind(service):
                for callee in calling.workloads_at(self.view, service.meta.ref):
                    yield caller, callee, source
