"""Who calls whom in a snapshot: as a dependency map tells, and by addresses in the templates."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sre_agent.diagnosis import names
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_SEPARATORS = re.compile(r"[,;|\s]+")


@dataclass(frozen=True)
class Callees:
    """The calls between the workloads of a snapshot, with the evidence for each."""

    view: View

    @cached_property
    def edges(self) -> Mapping[ObjectRef, Mapping[ObjectRef, EvidenceId]]:
        """Return for each caller its callees, in the order of their names."""
        found: dict[ObjectRef, dict[ObjectRef, EvidenceId]] = {}
        for caller, callee, source in (*self._told(), *self._configured()):
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

    def _told(self) -> Iterator[tuple[ObjectRef, ObjectRef, EvidenceId]]:
        for call in self.view.snapshot.calls:
            caller, callee = self._workload(call.caller), self._workload(call.callee)
            if caller and callee:
                yield caller, callee, call.source

    def _configured(self) -> Iterator[tuple[ObjectRef, ObjectRef, EvidenceId]]:
        for ref, workload in self.view.workloads.items():
            for container in workload.template.containers:
                for variable in container.env:
                    for word in _SEPARATORS.split(variable.value or ""):
                        callee = self._resolve(ref.namespace, word)
                        if callee:
                            yield ref, callee, workload.meta.source

    def _resolve(self, namespace: str, word: str) -> ObjectRef | None:
        """Return the workload behind the Service whose name or address a word is."""
        if word in self._names_in(namespace):
            return self._behind.get((namespace, word))
        if ":" not in word and "." not in word:
            return None
        host = names.host_of(word)
        first, _, rest = (host or "").partition(".")
        return self._behind.get((rest.partition(".")[0] if rest else namespace, first))

    def _names_in(self, namespace: str) -> frozenset[str]:
        return self._names.get(namespace, frozenset())

    @cached_property
    def _names(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for namespace, name in self._behind:
            found.setdefault(namespace, set()).add(name)
        return {namespace: frozenset(items) for namespace, items in found.items()}

    @cached_property
    def _behind(self) -> Mapping[tuple[str, str], ObjectRef]:
        """Return the workload behind each Service; where a selector is off, that of its name."""
        by_name = {(ref.namespace, ref.name): ref for ref in sorted(self.view.workloads, key=str)}
        found = {}
        for key, service in self.view.services.items():
            behind = min(self.view.behind(service), key=str, default=by_name.get(key))
            if behind:
                found[key] = behind
        return found

    def _workload(self, ref: ObjectRef) -> ObjectRef | None:
        if ref in self.view.workloads:
            return ref
        pod = self.view.pods.get((ref.namespace, ref.name)) if ref.kind == "Pod" else None
        return self.view.owner_of(pod) if pod else self._behind.get((ref.namespace, ref.name))
