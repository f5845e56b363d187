"""The declared state of the shop: what a healed lab looks like."""

from decimal import Decimal
from typing import Any

from infrastructure.lab.cluster import quantities
from infrastructure.lab.world import CALLS, Role, Variant, World

PORT = 8080
METRICS_PORT = 9100
REPLICAS = 2
CHANGE_CAUSE = "kubernetes.io/change-cause"

Manifest = dict[str, Any]


def namespace(world: World) -> Manifest:
    """Return the namespace of the shop."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": world.namespace, "labels": {"team": world.team}},
    }


def services(world: World) -> list[Manifest]:
    """Return one Service a role."""
    return [_service(world, role) for role in Role]


def deployments(world: World) -> list[Manifest]:
    """Return one Deployment a role, at its good release."""
    return [deployment(world, role) for role in Role]


def deployment(world: World, role: Role) -> Manifest:
    """Return the declared Deployment of one role."""
    metadata = _metadata(world, role)
    cause = f"Release {world.tag(Variant.STEADY)}"
    selector = {"app": world.services[role]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**metadata, "annotations": {CHANGE_CAUSE: cause}},
        "spec": {
            "replicas": replicas(role),
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 30,
            "selector": {"matchLabels": selector},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 1, "maxUnavailable": replicas(role) - 1},
            },
            "template": {
                "metadata": {"labels": metadata["labels"]},
                "spec": {
                    "terminationGracePeriodSeconds": 10,
                    "containers": [_container(world, role)],
                },
            },
        },
    }


def replicas(role: Role) -> int:
    """Return how many pods a role has: one for what keeps state, two for the others."""
    return 1 if role is Role.DATASTORE else REPLICAS


def quota(world: World, resource: str) -> Manifest:
    """Return a ResourceQuota that grants of a resource just what the declared shop takes."""
    taken = sum((replicas(role) * _taken(world, role, resource) for role in Role), Decimal(0))
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": f"{world.team}-budget", "namespace": world.namespace},
        "spec": {"hard": {resource: quantities.shortest(resource, taken)}},
    }


def _taken(world: World, role: Role, resource: str) -> Decimal:
    """Return what one pod of a role takes of `pods`, or of `requests.` or `limits.` something."""
    if resource == "pods":
        return Decimal(1)
    side, _, what = resource.partition(".")
    return quantities.parse(_container(world, role)["resources"][side][what])


def _metadata(world: World, role: Role) -> Manifest:
    return {
        "name": world.services[role],
        "namespace": world.namespace,
        "labels": {"app": world.services[role], "team": world.team},
    }


def _service(world: World, role: Role) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(world, role),
        "spec": {
            "type": "ClusterIP",
            "selector": {"app": world.services[role]},
            "ports": [_service_port("http", PORT), _service_port("metrics", METRICS_PORT)],
        },
    }


def _service_port(name: str, number: int) -> Manifest:
    return {"name": name, "port": number, "targetPort": number, "protocol": "TCP"}


def _container(world: World, role: Role) -> Manifest:
    addresses = [
        {"name": world.address_variable(peer), "value": f"{world.services[peer]}:{PORT}"}
        for peer in CALLS[role]
    ]
    return {
        "name": world.services[role],
        "image": f"{world.image(role)}:{world.tag(Variant.STEADY)}",
        "imagePullPolicy": "IfNotPresent",
        "ports": [
            {"name": "http", "containerPort": PORT, "protocol": "TCP"},
            {"name": "metrics", "containerPort": METRICS_PORT, "protocol": "TCP"},
        ],
        "env": [
            {"name": "PORT", "value": str(PORT)},
            {"name": "METRICS_PORT", "value": str(METRICS_PORT)},
            *addresses,
        ],
        "resources": {
            "requests": {"cpu": "10m", "memory": "32Mi"},
            "limits": {"cpu": "200m", "memory": "64Mi"},
        },
        "readinessProbe": _probe("/readyz", period_s=1, failures=2),
        "livenessProbe": _probe("/healthz", period_s=5, failures=3),
    }


def _probe(path: str, *, period_s: int, failures: int) -> Manifest:
    return {
        "httpGet": {"path": path, "port": PORT, "scheme": "HTTP"},
        "periodSeconds": period_s,
        "timeoutSeconds": 1,
        "failureThreshold": failures,
        "successThreshold": 1,
    }
