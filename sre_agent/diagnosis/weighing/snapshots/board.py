"""All suspects side by side, with the cluster they were seen in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.kubernetes.callees import Callees
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.catalogue import Catalogue, CatalogueEntry
from sre_agent.domain.causes import Stance
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import ObjectRef

FIRM = 2.0
"""Log-odds; what has less than this speaking for it explains nothing else."""


@dataclass(frozen=True)
class Board:
    """The suspects of one diagnosis. `incident` is what the alerts say, where there is one."""

    view: View
    catalogue: Catalogue
    hypotheses: Sequence[Hypothesis]
    incident: Incident | None = None

    @cached_property
    def callees(self) -> Callees:
        """Return who calls whom."""
        return Callees(self.view)

    @cached_property
    def firm(self) -> Mapping[ObjectRef, tuple[Hypothesis, ...]]:
        """Return the suspects with enough of their own to explain others, by object."""
        found: dict[ObjectRef, list[Hypothesis]] = {}
        for item in self.hypotheses:
            if support(item) >= FIRM:
                found.setdefault(item.object, []).append(item)
        return {ref: tuple(items) for ref, items in found.items()}

    def entry(self, hypothesis: Hypothesis) -> CatalogueEntry:
        """Return what the catalogue says of a suspect's class."""
        return self.catalogue[hypothesis.fault_class]

    def kin(self, ref: ObjectRef) -> Iterator[ObjectRef]:
        """Return the objects that one's trouble may be told of instead: itself first.

        Its namespace, the nodes of its pods, and what stands on the other side of its Service.
        """
        yield ref
        if ref.namespace:
            yield ObjectRef(kind="Namespace", namespace="", name=ref.namespace)
        nodes = {pod.node for pod in self.view.pods_of.get(ref, ()) if pod.node}
        for node in sorted(nodes):
            yield ObjectRef(kind="Node", namespace="", name=node)
        for service in self.view.services_of.get(ref, ()):
            yield service.meta.ref
        service_ = self.view.services.get((ref.namespace, ref.name))
        if ref.kind == "Service" and service_:
            yield from self.view.behind(service_)


def support(hypothesis: Hypothesis) -> float:
    """Return what a suspect's own findings add up to, in log-odds, without the prior."""
    return sum(
        item.weight if item.stance is Stance.FOR else -item.weight for item in hypothesis.findings
    )
