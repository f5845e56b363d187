"""What people wrote of late, whom it can reach, and what it says of the trouble that followed."""

from datetime import timedelta
from typing import Any

import pytest
from written_scene import configmap, head, looked_at

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.changes import written
from sre_agent.diagnosis.incident import case, objects
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.changes import ObjectChange
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.testing import object_views, views
from sre_agent.testing.world import ROLES, World

RULE = "change.object_before_onset"


def seen(world: World, look: Evidence) -> View:
    built = case.build([*views.evidence(world, *ROLES), look], world.incident("core"), world.now)
    cluster = objects.of(built)
    assert cluster is not None
    return View(cluster)


def recent(world: World, view: View, within_s: float = 3600) -> tuple[ObjectChange, ...]:
    return written.recent(view, world.now - timedelta(seconds=within_s))


def policy(world: World, role: str) -> dict[str, Any]:
    selector = {"matchLabels": {"app": world.services[role].name}}
    spec = {"podSelector": selector, "policyTypes": ["Ingress"], "ingress": []}
    return {"kind": "NetworkPolicy", "metadata": head(world, "deny", ago_s=70), "spec": spec}


def test_what_was_written_of_late_is_a_change_and_what_is_old_is_none() -> None:
    world = World(51)
    look = looked_at(
        world, configmap(world, "new", ago_s=60), configmap(world, "old", ago_s=9 * 3600)
    )

    [change] = recent(world, seen(world, look))

    assert change.ref.name == "new"
    assert not change.is_new
    assert written.at(change) == world.now - timedelta(seconds=60)


def test_what_came_with_its_namespace_is_no_change() -> None:
    world = World(52)
    born_s = (world.now - world.services["core"].releases[0].at).total_seconds()
    made = head(world, "first", ago_s=born_s - 20, made_ago_s=born_s - 20)
    look = looked_at(world, {"kind": "ConfigMap", "metadata": made})

    assert recent(world, seen(world, look), within_s=2 * born_s) == ()


def test_what_programs_write_for_themselves_is_no_change() -> None:
    world = World(53)
    owned = {
        **head(world, "made-by-a-controller", ago_s=30),
        "ownerReferences": [{"kind": "Operator", "name": "o", "controller": True}],
    }
    release = {
        "kind": "Secret",
        "metadata": head(world, "sh.helm.release.v1.a.v2", ago_s=30),
        "type": "helm.sh/release.v1",
    }
    root = {"kind": "ConfigMap", "metadata": head(world, "kube-root-ca.crt", ago_s=30)}
    look = looked_at(world, {"kind": "ConfigMap", "metadata": owned}, release, root)

    assert recent(world, seen(world, look)) == ()


def test_a_policy_reaches_whom_it_selects_and_a_quota_all_of_its_namespace() -> None:
    world = World(54)
    quota = {
        "kind": "ResourceQuota",
        "metadata": head(world, "budget", ago_s=60),
        "spec": {"hard": {"pods": "20"}},
    }
    view = seen(world, looked_at(world, policy(world, "pay"), quota))

    reach = {item.ref.kind: written.reached(view, item) for item in recent(world, view)}

    assert reach["NetworkPolicy"] == (world.ref("pay"),)
    assert set(reach["ResourceQuota"]) == {world.ref(role) for role in ROLES}


def lost(world: World, *, written_ago_s: float) -> Evidence:
    """Return the objects after a Service of pay stopped selecting its pods."""
    name = world.services["pay"].name
    told = {
        item["kind"]: dict(item)
        for item in object_views.objects(world).items
        if item["metadata"]["name"] == name
    }
    service, endpoints = told["Service"], {**told["Endpoints"], "subsets": []}
    service["metadata"] = head(world, name, ago_s=written_ago_s)
    service["spec"] = {**service["spec"], "selector": {"app": f"{name}-v2"}}
    return looked_at(world, service, endpoints)


def judged(world: World, look: Evidence) -> Diagnosis:
    return diagnose(
        [*views.evidence(world, *ROLES), look], world.incident("core", ago_s=60), world.now
    )


@pytest.mark.parametrize(
    ("written_ago_s", "is_told"), [(80.0, True), (10.0, False), (7200.0, False)]
)
def test_a_service_that_was_written_just_before_speaks_for_what_it_lost(
    written_ago_s: float, *, is_told: bool
) -> None:
    world = World(55)
    world.ail("core", ago_s=70, error_ratio=0.9)

    found = judged(world, lost(world, written_ago_s=written_ago_s))

    top = found.causes[0]
    assert top.fault_class is FaultClass.SERVICE_SELECTOR_MISMATCH
    told = [item for item in top.findings if item.rule == RULE]
    assert bool(told) is is_told
    if is_told:
        assert "was changed 20 s before the trouble began" in told[0].statement
