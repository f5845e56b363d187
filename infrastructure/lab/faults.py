"""The faults of the lab as data: what each changes, which alerts tell of it, what would repair it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infrastructure.lab.world import NATURAL_SEED, Role, Variant, World


@dataclass(frozen=True)
class SetImage:
    """A developer releases another version of a service."""

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
class Scale:
    """Somebody changes the number of pods of a service."""

    role: Role
    replicas: int


@dataclass(frozen=True)
class SendNonsense:
    """A stranger's broken client sends orders that are none, and then goes away."""

    role: Role


@dataclass(frozen=True)
class HoldScrapes:
    """A stranger's scraper hangs at the metrics port of one pod, leaves, and comes again."""

    role: Role


Change = SetImage | LimitMemory | Scale | SendNonsense | HoldScrapes


@dataclass(frozen=True)
class Injury:
    """One change, its class of fault, and each action that would undo it alone, the right one first."""

    fault_class: str
    change: Change
    repairs: tuple[str, ...]
    alerts: tuple[str, ...]
    """The alerts that tell of it, here or at those who suffer."""


@dataclass(frozen=True)
class Fault:
    """One entry of the catalogue."""

    summary: str
    injuries: Callable[[World, tuple[Role, ...]], tuple[Injury, ...]]


def _bad_release(role: Role) -> Injury:
    change = SetImage(role, Variant.PARTIAL_RATES, "Rewrite the price book")
    return Injury("bad_release", change, ("rollback_rollout",), ("HighErrorRate",))


def _crash_loop(role: Role) -> Injury:
    change = SetImage(role, Variant.REQUIRED_KEY, "Sign every order")
    repairs = ("rollback_rollout", "set_env")
    alerts = ("KubePodCrashLooping", "KubeDeploymentReplicasMismatch")
    return Injury("missing_configuration", change, repairs, alerts)


def _oom(role: Role) -> Injury:
    change = LimitMemory(role, "32Mi", "Halve what memory may cost")
    repairs = ("set_resources", "rollback_rollout")
    return Injury("out_of_memory", change, repairs, ("KubeContainerOOMKilled",))


def _slow(role: Role) -> Injury:
    change = SetImage(role, Variant.SYNCHRONOUS_CHECK, "Check every order for fraud")
    return Injury("bad_release", change, ("rollback_rollout",), ("HighLatencyP99",))


def _gone(role: Role) -> Injury:
    return Injury("no_endpoints", Scale(role, 0), ("scale_workload",), ("HighErrorRate",))


def _spike(role: Role) -> Injury:
    return Injury("none", SendNonsense(role), (), ("HighErrorRate",))


def _flapping(role: Role) -> Injury:
    return Injury("none", HoldScrapes(role), (), ("TargetDown",))


FALSE_ALARMS = ((_spike,), (_flapping,), (_spike, _flapping))
"""For each seed the forms a false alarm takes, one after the other."""


def _false_alarms(world: World, roles: tuple[Role, ...]) -> tuple[Injury, ...]:
    forms = FALSE_ALARMS[(world.seed - NATURAL_SEED) % len(FALSE_ALARMS)]
    return tuple(form(role) for form, role in zip(forms, roles, strict=False))


FAULTS: Mapping[str, Fault] = {
    "bad-release": Fault(
        "a release that fails 40 % of its requests", lambda _, roles: (_bad_release(roles[0]),)
    ),
    "crash-loop": Fault(
        "a release that needs a variable nobody set", lambda _, roles: (_crash_loop(roles[0]),)
    ),
    "oom": Fault("a memory limit below what is needed", lambda _, roles: (_oom(roles[0]),)),
    "dependency-down": Fault(
        "a service others need, scaled to nothing", lambda _, roles: (_gone(roles[0]),)
    ),
    "slow-dependency": Fault(
        "a release that adds two seconds to each request", lambda _, roles: (_slow(roles[0]),)
    ),
    "false-alarm": Fault("alerts about services that are well again by themselves", _false_alarms),
    "two-at-once": Fault(
        "a bad release of one service while another loses its pods to a missing variable",
        lambda _, roles: (_bad_release(roles[0]), _crash_loop(roles[1])),
    ),
}


def injuries(name: str, world: World) -> tuple[Injury, ...]:
    """Return what a fault does to this world.

    Raises:
        KeyError: when there is no fault of that name.
    """
    return FAULTS[name].injuries(world, world.struck(name))
