"""The faults of the lab as data: what each changes, which alerts tell of it, what would repair it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from infrastructure.lab.alterations import (
    Change,
    HoldScrapes,
    LimitMemory,
    LimitNamespace,
    Merge,
    MistypeImage,
    MoveProbe,
    Reselect,
    Scale,
    SendNonsense,
    SetImage,
)
from infrastructure.lab.forge.edits import Recipe
from infrastructure.lab.world import NATURAL_SEED, Role, Variant, World

T = TypeVar("T")


class End(StrEnum):
    """How the story of a fault should end."""

    REPAIRED = "repaired"
    """By the first of its repairs, once a person has approved it."""
    HANDED_OVER = "handed_over"
    """To a person, with the cause: nothing that may be changed unattended would mend it."""
    LEFT_ALONE = "left_alone"
    """It is over by itself."""


@dataclass(frozen=True)
class Injury:
    """One change, its class of fault, and each action that would undo it alone, the right one first."""

    fault_class: str
    change: Change
    repairs: tuple[str, ...]
    alerts: tuple[str, ...]
    """The alerts that tell of it, here or at those who suffer."""
    end: End = End.REPAIRED
    innocent: Merge | None = None
    """What is deployed just before it, and has nothing to do with it."""


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
    return Injury("none", SendNonsense(role), (), ("HighErrorRate",), End.LEFT_ALONE)


def _flapping(role: Role) -> Injury:
    return Injury("none", HoldScrapes(role), (), ("TargetDown",), End.LEFT_ALONE)


def _leak(role: Role) -> Injury:
    change = SetImage(role, Variant.ENDLESS_HISTORY, "Keep a history of all orders")
    repairs = ("rollback_rollout", "restart_rollout")
    return Injury("memory_leak", change, repairs, ("ContainerMemoryFillsUp",))


def _typo(role: Role) -> Injury:
    change = MistypeImage(role, Variant.PARTIAL_RATES, "Rewrite the price book")
    alerts = ("KubeContainerWaiting", "KubeDeploymentReplicasMismatch")
    return Injury("image_not_found", change, ("rollback_rollout",), alerts)


FALSE_ALARMS = ((_spike,), (_flapping,), (_spike, _flapping))
"""For each seed the forms a false alarm takes, one after the other."""
QUOTAS = (
    ("pods", "quota_pods_exceeded"),
    ("requests.memory", "quota_memory_exceeded"),
    ("requests.cpu", "quota_cpu_exceeded"),
)
"""For each seed what the namespace may have no more of than it has, and the class of fault."""
PROBES = ("readiness", "liveness", "readiness")
"""For each seed the probe that asks at a port where nobody listens."""
PROBE_ALERTS = {
    "readiness": ("KubeProbeFailing", "KubeDeploymentReplicasMismatch"),
    "liveness": ("KubeProbeFailing", "KubePodCrashLooping"),
}
SELECTORS = ("{name}-v2", "{name}s", "{name}-svc")
"""For each seed the label value that the Service looks for, and no pod has."""


CULPRITS = (Recipe.MINOR_UNITS, Recipe.SHIPPING, Recipe.NEW_CURRENCY)
"""For each seed the change of code that fails some of the orders."""
SETTINGS = (Recipe.WRONG_ADDRESS, Recipe.SHORT_PATIENCE)
"""For each seed the change of a manifest; whichever it is, the cause is that it was changed."""
REVERTS = ("create_revert_pr", "rollback_rollout")


def _of_seed(world: World, forms: tuple[T, ...]) -> T:
    return forms[(world.seed - NATURAL_SEED) % len(forms)]


def _false_alarms(world: World, roles: tuple[Role, ...]) -> tuple[Injury, ...]:
    forms = _of_seed(world, FALSE_ALARMS)
    return tuple(form(role) for form, role in zip(forms, roles, strict=False))


def _quota(world: World, roles: tuple[Role, ...]) -> tuple[Injury, ...]:
    resource, fault_class = _of_seed(world, QUOTAS)
    alerts = ("KubeDeploymentReplicaFailure", "KubeDeploymentReplicasMismatch")
    change = LimitNamespace(roles[0], resource, more=2)
    return (Injury(fault_class, change, (), alerts, End.HANDED_OVER),)


def _reselect(world: World, roles: tuple[Role, ...]) -> tuple[Injury, ...]:
    value = _of_seed(world, SELECTORS).format(name=world.services[roles[0]])
    change = Reselect(roles[0], "app", value)
    alerts = ("HighErrorRate",)
    repairs = ("patch_service_selector",)
    return (Injury("service_selector_mismatch", change, repairs, alerts),)


def _bad_probe(world: World, roles: tuple[Role, ...]) -> tuple[Injury, ...]:
    probe = _of_seed(world, PROBES)
    change = MoveProbe(roles[0], probe, 8081, "Move the health checks to a port of their own")
    repairs = ("rollback_rollout",)
    return (Injury(f"{probe}_probe_wrong_port", change, repairs, PROBE_ALERTS[probe]),)


def _bad_commit(world: World, roles: tuple[Role, ...]) -> tuple[Injury, ...]:
    change = _among_others(roles[0], roles[1], _of_seed(world, CULPRITS))
    return (Injury("bad_release", change, REVERTS, ("HighErrorRate",)),)


def _bad_config_commit(world: World, roles: tuple[Role, ...]) -> tuple[Injury, ...]:
    change = _among_others(roles[0], roles[1], _of_seed(world, SETTINGS))
    return (Injury("bad_config_change", change, REVERTS, ("HighErrorRate",)),)


def _bad_flag(roles: tuple[Role, ...]) -> Injury:
    before, after = ((roles[1], Recipe.LAST_NAME),), ((roles[1], Recipe.EXPLAIN),)
    change = Merge(roles[0], Recipe.FLAG_ON, before, after)
    return Injury("bad_feature_flag", change, ("create_revert_pr",), ("HighErrorRate",))


def _innocent_deploy(roles: tuple[Role, ...]) -> Injury:
    innocent = Merge(roles[1], Recipe.LAST_NAME)
    return replace(_gone(roles[0]), innocent=innocent)


def _among_others(role: Role, other: Role, recipe: Recipe) -> Merge:
    """Return a change that others come before and after, one of them of the same service."""
    before = ((other, Recipe.EXPLAIN), (other, Recipe.LAST_NAME))
    after = ((role, Recipe.EXPLAIN), (role, Recipe.FEWER_REVISIONS))
    return Merge(role, recipe, before, after)


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
    "quota": Fault("a quota that leaves no room for the pods a service is to have", _quota),
    "selector-mismatch": Fault("a Service that looks for pods by a label none has", _reselect),
    "bad-probe": Fault("a probe that asks at a port where nobody listens", _bad_probe),
    "image-typo": Fault(
        "a release whose image was never pushed", lambda _, roles: (_typo(roles[0]),)
    ),
    "memory-leak": Fault(
        "a release that keeps something of each order for ever", lambda _, roles: (_leak(roles[0]),)
    ),
    "bad-commit": Fault("a commit, among others, whose code fails some of the orders", _bad_commit),
    "bad-config-commit": Fault(
        "a commit, among others, that sets what a service cannot work with", _bad_config_commit
    ),
    "bad-flag": Fault(
        "a feature that is switched on and fails some of the orders",
        lambda _, roles: (_bad_flag(roles),),
    ),
    "innocent-deploy": Fault(
        "a deploy that does no harm, just before a service others need is scaled to nothing",
        lambda _, roles: (_innocent_deploy(roles),),
    ),
}


def injuries(name: str, world: World) -> tuple[Injury, ...]:
    """Return what a fault does to this world.

    Raises:
        KeyError: when there is no fault of that name.
    """
    return FAULTS[name].injuries(world, world.struck(name))
