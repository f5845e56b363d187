"""What the cluster's objects show takes its place in an incident: dated, related, told from signs."""

from datetime import timedelta
from typing import Any

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.asking.questions import SURE, Topic
from sre_agent.domain.causes import Conclusion, Diagnosis, Stance
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import ObjectList
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList
from sre_agent.testing import evidence as build
from sre_agent.testing import object_views, views
from sre_agent.testing.world import ROLES, World

Manifest = dict[str, Any]
REFUSED = 'pods "x" is forbidden: exceeded quota: budget, requested: pods=1, used: pods=9, limited: pods=9'


def changed(world: World, *manifests: Manifest) -> Evidence:
    """Return a newer look at the objects, with some of them replaced or added."""
    told = object_views.objects(world)
    names = {(item["kind"], item["metadata"]["name"]) for item in manifests}
    kept = [item for item in told.items if (item["kind"], item["metadata"]["name"]) not in names]
    complete = (*told.complete, "ResourceQuota", "Event")
    facts: ObjectList = told.model_copy(update={"items": (*kept, *manifests), "complete": complete})
    return build.evidence("k8s-9.5", facts, world.now)


def manifest(world: World, kind: str, name: str) -> Manifest:
    """Return an object as it is now."""
    (found,) = [
        dict(item)
        for item in object_views.objects(world).items
        if (item["kind"], item["metadata"]["name"]) == (kind, name)
    ]
    return found


def judged(world: World, role: str, *more: Evidence) -> Diagnosis:
    evidence = [*views.evidence(world, *ROLES), *more]
    return diagnose(evidence, world.incident(role, ago_s=60), world.now)


def fell_for_it(world: World, role: str) -> Evidence:
    """Return the objects after somebody changed what a Service looks for."""
    name = world.services[role].name
    service = manifest(world, "Service", name)
    service["spec"] = {**service["spec"], "selector": {"app": f"{name}-v2"}}
    endpoints = {**manifest(world, "Endpoints", name), "subsets": []}
    return changed(world, service, endpoints)


def test_a_service_that_lost_its_pods_is_to_blame_though_these_serve_what_still_arrives() -> None:
    world = World(81)
    world.ail("core", ago_s=70, error_ratio=0.9)

    found = judged(world, "core", fell_for_it(world, "pay"))

    top = found.causes[0]
    assert (top.fault_class, top.object) == (
        FaultClass.SERVICE_SELECTOR_MISMATCH,
        world.ref("pay"),
    )
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    against = [item.rule for item in top.findings if item.stance is Stance.AGAINST]
    assert "signals.own_signals_normal" not in against
    assert "previous_revision" not in top.facts


def refused(world: World, role: str) -> Evidence:
    """Return the objects when a quota refuses pods of a service."""
    name = world.services[role].name
    deployment = manifest(world, "Deployment", name)
    (owned,) = [
        dict(item)
        for item in object_views.objects(world).items
        if item["kind"] == "ReplicaSet" and item["metadata"]["ownerReferences"][0]["name"] == name
    ]
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}
    conditions = [{**failure, "message": REFUSED}]
    deployment["spec"] = {**deployment["spec"], "replicas": 4}
    deployment["status"] = {**deployment["status"], "conditions": conditions}
    at = (world.now - timedelta(seconds=60)).isoformat()
    event = {
        "kind": "Event",
        "metadata": {"name": "e1", "namespace": world.namespace, "creationTimestamp": at},
        "involvedObject": {
            "kind": "ReplicaSet",
            "namespace": world.namespace,
            "name": owned["metadata"]["name"],
        },
        "type": "Warning",
        "reason": "FailedCreate",
        "message": f"Error creating: {REFUSED}",
        "count": 3,
        "firstTimestamp": at,
        "lastTimestamp": world.now.isoformat(),
    }
    quota = {
        "kind": "ResourceQuota",
        "metadata": {"name": "budget", "namespace": world.namespace},
        "spec": {"hard": {"pods": "9"}},
        "status": {"hard": {"pods": "9"}, "used": {"pods": "9"}},
    }
    return changed(world, deployment, event, quota)


def test_a_quota_is_to_blame_for_the_pods_it_refuses_and_nothing_more_is_asked_of_it() -> None:
    world = World(82)

    found = judged(world, "core", refused(world, "core"))

    top = found.causes[0]
    assert top.fault_class is FaultClass.QUOTA_PODS_EXCEEDED
    assert top.object == ObjectRef(kind="Namespace", namespace="", name=world.namespace)
    assert "relation.alert_names_it" in [item.rule for item in top.findings]
    signs = [item for item in found.causes if item.fault_class is FaultClass.POD_CREATION_FAILED]
    assert all(sign.confidence < 0.5 for sign in signs)
    assert [question for question in found.questions if question.object == top.object] == []


def unprobed(world: World, role: str, *, hashes: slice) -> Evidence:
    """Return the objects when pods of some revisions cannot be asked how they are."""
    name = world.services[role].name
    probe = {"httpGet": {"path": "/readyz", "port": 8081}, "periodSeconds": 1}
    known = {item.template_hash for item in world.services[role].releases[hashes]}
    pods = [pod for pod in world.pods(role) if pod.template_hash in known]
    message = (
        'Readiness probe failed: Get "http://10.0.0.7:8081/readyz": '
        "dial tcp 10.0.0.7:8081: connect: connection refused"
    )
    found: list[Manifest] = []
    for pod in pods:
        told = manifest(world, "Pod", pod.name)
        container = {
            "name": name,
            "image": "img:2",
            "ports": [{"containerPort": 8080}],
            "readinessProbe": probe,
        }
        told["spec"] = {**told["spec"], "containers": [container]}
        at = world.now.isoformat()
        event = {
            "kind": "Event",
            "metadata": {"name": f"e-{pod.name}", "namespace": world.namespace},
            "involvedObject": {"kind": "Pod", "namespace": world.namespace, "name": pod.name},
            "type": "Warning",
            "reason": "Unhealthy",
            "message": message,
            "count": 20,
            "firstTimestamp": pod.created_at.isoformat(),
            "lastTimestamp": at,
        }
        found += [told, event]
    return changed(world, *found)


def stuck(seed: int) -> World:
    """Return a world whose core was released with pods that never become ready."""
    world = World(seed)
    world.release("core", ago_s=90, old_pods=1)
    state = world.services["core"]
    new = state.releases[-1].template_hash
    pods = []
    for pod in world.pods("core"):
        is_new = pod.template_hash == new
        status = pod.containers[0].model_copy(update={"ready": not is_new})
        pods.append(pod.model_copy(update={"ready": not is_new, "containers": (status,)}))
    state.pods = tuple(pods)
    return world


def test_a_probe_that_came_with_a_release_knows_the_revision_to_go_back_to() -> None:
    world = stuck(83)

    found = judged(world, "core", unprobed(world, "core", hashes=slice(-1, None)))

    top = found.causes[0]
    assert top.fault_class is FaultClass.READINESS_PROBE_WRONG_PORT
    assert (top.facts["previous_revision"], top.facts["current_revision"]) == (1, 2)


def test_what_ails_the_pods_of_older_revisions_too_did_not_come_with_the_release() -> None:
    world = stuck(84)
    state = world.services["core"]
    state.pods = tuple(
        pod.model_copy(
            update={
                "ready": False,
                "created_at": world.now - timedelta(seconds=80),
                "containers": (pod.containers[0].model_copy(update={"ready": False}),),
            }
        )
        for pod in world.pods("core")
    )

    found = judged(world, "core", unprobed(world, "core", hashes=slice(None)))

    (cause,) = [
        item for item in found.causes if item.fault_class is FaultClass.READINESS_PROBE_WRONG_PORT
    ]
    assert "previous_revision" not in cause.facts


def test_a_sure_cause_is_described_before_anyone_plans_from_it() -> None:
    world = stuck(85)
    world.ail("core", ago_s=70, error_ratio=0.15)
    world.ail("entry", ago_s=70, error_ratio=0.9)
    name = world.services["core"].name
    labels = {"namespace": world.namespace, "deployment": name}
    alert = ActiveAlert(name="KubeProbeFailing", state="firing", labels=labels)
    evidence = [
        *views.evidence(world, "entry"),
        unprobed(world, "core", hashes=slice(-1, None)),
        build.evidence("met-1.1", AlertList(alerts=(alert,)), world.now),
    ]

    found = diagnose(evidence, world.incident("entry", ago_s=60), world.now)

    top = found.causes[0]
    assert top.object == world.ref("core")
    assert top.confidence > SURE
    assert Topic.WORKLOAD in [item.topic for item in found.questions if item.object == top.object]
