"""What a person can pick to change is what was looked at, with what is known of it now."""

from datetime import timedelta

from sre_agent.config import action_kinds
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Node, NodeList, ObjectList
from sre_agent.planning import askable
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

ACTIONS = action_kinds.shipped()


def test_workloads_come_with_their_containers_and_the_pods_that_run_now() -> None:
    world = World(7)
    evidence = views.evidence(world, *ROLES)
    core = ObjectRef.deployment(world.namespace, world.services["core"].name)

    found = {item.object: item for item in askable.objects(evidence, ACTIONS, world.namespace)}

    assert found[core].containers
    assert {pod.name for pod in views.workload(world, "core").pods} <= {
        ref.name for ref in found if ref.kind == "Pod"
    }


def test_any_order_gives_the_same_and_the_own_namespace_comes_first() -> None:
    world = World(7)
    far = {"kind": "Deployment", "metadata": {"namespace": "aaa", "name": "far"}}
    listed = ObjectList(namespace="aaa", items=(far,))
    evidence = [*views.evidence(world, *ROLES), build.evidence("k8s-9.1", listed, world.now)]

    found = askable.objects(evidence, ACTIONS, world.namespace)

    assert found == askable.objects(evidence[::-1], ACTIONS, world.namespace)
    assert found[0].object.namespace == world.namespace > "aaa"
    assert ObjectRef.deployment("aaa", "far") in [item.object for item in found]


def test_what_no_action_changes_or_has_no_name_is_not_offered() -> None:
    world = World(7)
    items = (
        {"kind": "ConfigMap", "metadata": {"namespace": "shop", "name": "flags"}},
        {"kind": "Deployment", "metadata": {"namespace": "shop"}},
        {"kind": "Deployment", "metadata": "none"},
        {"kind": ["Deployment"], "metadata": {"namespace": "shop", "name": "web"}},
    )
    nodes = NodeList(nodes=(Node(name="one", ready=True, unschedulable=False),))
    evidence = [
        build.evidence("k8s-1.1", ObjectList(namespace="shop", items=items), world.now),
        build.evidence("k8s-1.2", nodes, world.now - timedelta(seconds=1)),
    ]

    found = askable.objects(evidence, ACTIONS, "shop")

    assert [str(item.object) for item in found] == ["Node/one"]
