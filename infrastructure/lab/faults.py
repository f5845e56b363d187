"""The faults of the lab as data: what each changes, and what would repair it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infrastructure.lab.world import Role, Variant, World


@dataclass(frozen=True)
class SetImage:
    """A developer releases another version of a service."""

    role: Role
    variant: Variant
    cause: str


@dataclass(frozen=True)
class Scale:
    """Somebody changes the number of pods of a service."""

    role: Role
    replicas: int


@dataclass(frozen=True)
class RaiseAlarm:
    """An alert is raised for a service that is well."""

    role: Role
    alertname: str


Change = SetImage | Scale | RaiseAlarm


@dataclass(frozen=True)
class Injury:
    """One change, the class of fault it is, and the actions that would undo it."""

    fault_class: str
    change: Change
    repairs: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """One entry of the catalogue."""

    summary: str
    injuries: Callable[[tuple[Role, ...]], tuple[Injury, ...]]


def _bad_release(role: Role) -> Injury:
    change = SetImage(role, Variant.PARTIAL_RATES, "Rewrite the price book")
    return Injury("bad_release", change, ("rollback_rollout",))


def _crash_loop(role: Role) -> Injury:
    change = SetImage(role, Variant.REQUIRED_KEY, "Sign every order")
    return Injury("missing_configuration", change, ("rollback_rollout",))


def _oom(role: Role) -> Injury:
    change = SetImage(role, Variant.UNBOUNDED_CACHE, "Cache what was priced")
    return Injury("out_of_memory", change, ("rollback_rollout",))


def _slow(role: Role) -> Injury:
    change = SetImage(role, Variant.SYNCHRONOUS_CHECK, "Check every order for fraud")
    return Injury("slow_dependency", change, ("rollback_rollout",))


def _gone(role: Role) -> Injury:
    return Injury("no_endpoints", Scale(role, 0), ("scale_workload",))


def _false_alarm(role: Role) -> Injury:
    return Injury("none", RaiseAlarm(role, "HighErrorRate"), ())


FAULTS: Mapping[str, Fault] = {
    "bad-release": Fault(
        "a release that fails 40 % of its requests", lambda roles: (_bad_release(roles[0]),)
    ),
    "crash-loop": Fault(
        "a release that needs a variable nobody set", lambda roles: (_crash_loop(roles[0]),)
    ),
    "oom": Fault("a release that never lets go of memory", lambda roles: (_oom(roles[0]),)),
    "dependency-down": Fault(
        "a service others need, scaled to nothing", lambda roles: (_gone(roles[0]),)
    ),
    "slow-dependency": Fault(
        "a release that adds two seconds to each request", lambda roles: (_slow(roles[0]),)
    ),
    "false-alarm": Fault(
        "an alert about a service that is well", lambda roles: (_false_alarm(roles[0]),)
    ),
    "two-at-once": Fault(
        "a bad release of one service while another loses its pods to a missing variable",
        lambda roles: (_bad_release(roles[0]), _crash_loop(roles[1])),
    ),
}


def injuries(name: str, world: World) -> tuple[Injury, ...]:
    """Return what a fault does to this world.

    Raises:
        KeyError: when there is no fault of that name.
    """
    return FAULTS[name].injuries(world.struck(name))
