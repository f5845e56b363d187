"""What can be done to the lab, each as a person would do it."""

from dataclasses import dataclass

from infrastructure.lab.forge.edits import Recipe
from infrastructure.lab.world import Role, Variant


@dataclass(frozen=True)
class SetImage:
    """A developer releases another version of a service."""

    role: Role
    variant: Variant
    cause: str


@dataclass(frozen=True)
class MistypeImage:
    """A developer releases another version, and types its tag wrong."""

    role: Role
    variant: Variant
    cause: str


@dataclass(frozen=True)
class LimitMemory:
    """Somebody saves memory where there is none to save."""

    role: Role
    limit: str
    cause: str


@dataclass(frozen=True)
class MoveProbe:
    """A developer has the `readiness` or `liveness` of a service asked for at another port."""

    role: Role
    probe: str
    port: int
    cause: str


@dataclass(frozen=True)
class Scale:
    """Somebody changes the number of pods of a service."""

    role: Role
    replicas: int


@dataclass(frozen=True)
class LimitNamespace:
    """One person freezes what the namespace may have of a resource, another wants more pods."""

    role: Role
    resource: str
    more: int


@dataclass(frozen=True)
class Reselect:
    """Somebody changes a label by which a Service finds its pods, but not the pods."""

    role: Role
    label: str
    value: str


@dataclass(frozen=True)
class SendNonsense:
    """A stranger's broken client sends orders that are none, and then goes away."""

    role: Role


@dataclass(frozen=True)
class HoldScrapes:
    """A stranger's scraper hangs at the metrics port of one pod, leaves, and comes again."""

    role: Role


@dataclass(frozen=True)
class Merge:
    """Developers have changes of the repository merged, one of which is what this is about."""

    role: Role
    recipe: Recipe
    before: tuple[tuple[Role, Recipe], ...] = ()
    """What others have merged just before it."""
    after: tuple[tuple[Role, Recipe], ...] = ()
    """What others have merged since."""


ClusterChange = (
    SetImage
    | MistypeImage
    | LimitMemory
    | MoveProbe
    | Scale
    | LimitNamespace
    | Reselect
    | SendNonsense
    | HoldScrapes
)
Change = ClusterChange | Merge
