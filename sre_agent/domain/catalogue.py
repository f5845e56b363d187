"""The catalogue of faults: what each class means, how it is told from others, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pydantic import Field

from sre_agent.domain.causes import Cause
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Value


class Layer(StrEnum):
    """Where a fault lives; each has a file of the catalogue."""

    ADMISSION = "admission"
    SCHEDULING = "scheduling"
    NODES = "nodes"
    STORAGE = "storage"
    IMAGES = "images"
    CONFIG = "config"
    STARTUP = "startup"
    RUNTIME = "runtime"
    WORKLOADS = "workloads"
    ROUTING = "routing"
    NETWORKING = "networking"
    DEPENDENCIES = "dependencies"
    PERFORMANCE = "performance"
    SECURITY = "security"
    CHANGES = "changes"


class Symptom(StrEnum):
    """What a fault does to a workload's pods, so that it is missed where it is not seen."""

    UNREADY = "unready"
    PENDING = "pending"
    RESTARTS = "restarts"
    MISSING_PODS = "missing_pods"


class CatalogueEntry(Value):
    """What a class of fault means, and what a person should do about it.

    `signs` is what one would see, `against` what speaks against it. `told_apart` says for each
    neighbour how the two are told apart. `narrower_than` names the classes that it explains where
    both are seen. Of `expects` at least one shows in the object's pods. `feigned` says that a
    failing callee can look like it, `quiet` that it fails no request by itself. `playbook` repairs
    it, where one does.
    """

    layer: Layer
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    signs: tuple[str, ...] = Field(min_length=1)
    against: tuple[str, ...] = Field(min_length=1)
    told_apart: dict[FaultClass, str] = Field(default_factory=dict)
    narrower_than: tuple[FaultClass, ...] = ()
    expects: tuple[Symptom, ...] = ()
    feigned: bool = False
    quiet: bool = False
    playbook: str | None = None
    recommendation: str = Field(min_length=1)

    def advise(self, cause: Cause) -> str:
        """Return the recommendation for a cause."""
        detail = str(cause.facts.get("detail") or cause.facts.get("reason") or "see the evidence")
        return self.recommendation.replace("{object}", str(cause.object)).replace(
            "{detail}", detail
        )


@dataclass(frozen=True)
class Catalogue:
    """An entry for every class of fault."""

    entries: Mapping[FaultClass, CatalogueEntry]

    def __getitem__(self, fault_class: FaultClass) -> CatalogueEntry:
        """Return what a class means."""
        return self.entries[fault_class]

    def explains(self, narrow: FaultClass, wide: FaultClass) -> bool:
        """Return whether a class says more exactly what another one only shows."""
        return wide in self._explained[narrow]

    def told_apart(self, one: FaultClass, other: FaultClass) -> str:
        """Return how two classes are told apart, from either's entry; nothing where none says it."""
        return self[one].told_apart.get(other) or self[other].told_apart.get(one, "")

    def depth(self, fault_class: FaultClass) -> int:
        """Return how many classes are wider than this one: the more, the more exact it is."""
        return len(self._explained[fault_class])

    @cached_property
    def _explained(self) -> Mapping[FaultClass, frozenset[FaultClass]]:
        """Return for each class all that it explains, over any number of steps."""
        found = {item: set(entry.narrower_than) for item, entry in self.entries.items()}
        for _ in found:
            grown = {
                item: wide.union(*(found[other] for other in wide)) for item, wide in found.items()
            }
            if grown == found:
                break
            found = grown
        return {item: frozenset(wide) for item, wide in found.items()}
