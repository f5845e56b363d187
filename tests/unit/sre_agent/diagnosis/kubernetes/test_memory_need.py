"""What ran out of memory says how much it may use, might use before, and was seen to use."""

from datetime import timedelta

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.kubernetes.memory_need import size_bytes
from sre_agent.domain.causes import Cause, Conclusion
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import Resources, TemplateChange, Workload
from sre_agent.domain.observations.metrics import Signal
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

MIB = 1024 * 1024


def killed(world: World, role: str) -> None:
    """Let the newest pod of a service be killed for its memory, again and again."""
    state = world.services[role]
    ended = build.ended(world.now - timedelta(seconds=15), 137, "OOMKilled")
    container = build.waiting(state.name, "CrashLoopBackOff", restarts=3, last_terminated=ended)
    *others, newest = world.pods(role)
    sick = newest.model_copy(update={"ready": False, "containers": (container,)})
    state.pods = (*others, sick)


def looked(world: World, limit_mib: int, *changes: TemplateChange) -> Evidence:
    """Return the evidence of the core with a memory limit, and what its last release changed."""
    workload = views.workload(world, "core")
    [container] = workload.containers
    limited = container.model_copy(update={"limits": Resources(memory_bytes=limit_mib * MIB)})
    newest, *older = workload.revisions
    if changes:
        same = {"changes": changes, "images": older[0].images}
        newest = newest.model_copy(update=same)
    update = {"containers": (limited,), "revisions": (newest, *older)}
    return build.evidence("k8s-9.1", workload.model_copy(update=update), world.now)


def lowered(world: World, before: str | None, after: str) -> TemplateChange:
    path = f"containers[{world.services['core'].name}].resources.limits.memory"
    return TemplateChange(path=path, before=before, after=after)


def in_use(world: World, share_before: float, share_after: float, since_s: float) -> Evidence:
    """Return golden signals that tell which share of its limit the core used."""
    at = world.now - timedelta(seconds=since_s)
    curve = build.step_at(at, share_before, share_after)
    shares: Signal = build.signal("saturation", curve, world.now, views.GRID)
    told = views.signals(world, "core")
    total = told.total.model_copy(update={"saturation": shares})
    return build.evidence("met-9.1", told.model_copy(update={"total": total}), world.now)


def judged(world: World, *more: Evidence) -> Cause:
    incident = world.incident("core", ago_s=40)
    found = diagnose([*views.evidence(world, *ROLES), *more], incident, world.now)
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert found.causes[0].fault_class is FaultClass.OUT_OF_MEMORY
    assert found.causes[0].object == world.ref("core")
    return found.causes[0]


def test_a_limit_that_was_lowered_with_the_image_unchanged_is_out_of_memory() -> None:
    world = World(61)
    world.release("core", ago_s=90, old_pods=1)
    killed(world, "core")

    facts = judged(
        world,
        looked(world, 40, lowered(world, "64Mi", "40Mi")),
        in_use(world, 0.7, 0.9, since_s=85),
    ).facts

    assert facts["memory_limit_bytes"] == 40 * MIB
    assert facts["memory_limit_before_bytes"] == 64 * MIB
    assert facts["limit_lowered"] is True
    assert facts["image_changed"] is False
    assert (facts["previous_revision"], facts["current_revision"]) == (1, 2)
    assert facts["memory_peak_bytes"] == int(0.7 * 64 * MIB)
    assert facts["container"] == world.services["core"].name


def test_need_that_outgrew_the_limit_with_no_change_at_all_is_out_of_memory() -> None:
    world = World(62)
    killed(world, "core")

    facts = judged(world, looked(world, 64), in_use(world, 0.5, 0.98, since_s=120)).facts

    assert facts["memory_limit_bytes"] == 64 * MIB
    assert facts["memory_peak_bytes"] == 64 * MIB
    assert facts["limit_lowered"] is False
    assert "previous_revision" not in facts
    assert "memory_limit_before_bytes" not in facts


def test_a_new_image_under_the_same_limit_is_told_apart_from_a_lower_limit() -> None:
    world = World(63)
    world.release("core", ago_s=90, old_pods=1)
    killed(world, "core")

    facts = judged(world, looked(world, 64)).facts

    assert facts["limit_lowered"] is False
    assert facts["image_changed"] is True
    assert facts["previous_revision"] == 1


def test_a_limit_that_was_lowered_long_before_the_release_is_not_what_the_release_did() -> None:
    world = World(66)
    world.release("core", ago_s=7000)
    world.release("core", ago_s=90, old_pods=1)
    killed(world, "core")
    found = looked(world, 64)
    workload = Workload.model_validate(found.facts)
    newest, trimmed, first = workload.revisions
    trimmed = trimmed.model_copy(update={"changes": (lowered(world, "128Mi", "64Mi"),)})
    update = {"revisions": (newest, trimmed, first)}
    told = build.evidence("k8s-9.1", workload.model_copy(update=update), world.now)

    facts = judged(world, told).facts

    assert facts["image_changed"] is True
    assert facts["limit_lowered"] is False
    assert "memory_limit_before_bytes" not in facts


def test_a_limit_that_was_raised_was_not_lowered() -> None:
    world = World(64)
    world.release("core", ago_s=90, old_pods=1)
    killed(world, "core")

    facts = judged(world, looked(world, 96, lowered(world, "64Mi", "96Mi"))).facts

    assert facts["limit_lowered"] is False
    assert facts["memory_limit_bytes"] == 96 * MIB


def test_a_limit_where_there_was_none_counts_as_lowered() -> None:
    world = World(65)
    world.release("core", ago_s=90, old_pods=1)
    killed(world, "core")

    facts = judged(world, looked(world, 96, lowered(world, None, "96Mi"))).facts

    assert facts["limit_lowered"] is True
    assert "memory_limit_before_bytes" not in facts


@pytest.mark.parametrize(
    ("quantity", "size"),
    [
        ("64Mi", 64 * MIB),
        ("1Gi", 1024 * MIB),
        ("128M", 128_000_000),
        ("1048576", MIB),
        ("1.5Gi", 1536 * MIB),
        ("0", None),
        ("", None),
        (None, None),
        ("much", None),
        ("NaN", None),
    ],
)
def test_quantities_of_memory_are_read_as_kubernetes_writes_them(
    quantity: str | None, size: int | None
) -> None:
    assert size_bytes(quantity) == size
