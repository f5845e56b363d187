"""A cluster of one workload per namespace, as its API tells of it: released badly, and repairable."""

import copy
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sre_agent.testing.merge_patch import merged

Json = dict[str, Any]

GOOD, BAD = "registry.example/shop:1", "registry.example/shop:2"
REVISION = "deployment.kubernetes.io/revision"
SERVICE = "shop"
PODS = 2
PORT = 8080
KINDS = {
    "api/v1": ("namespaces", "nodes", "pods", "services", "endpoints", "events"),
    "apis/apps/v1": ("deployments", "replicasets"),
}

_versions = itertools.count(1000)


def stamp(moment: datetime) -> str:
    """Return a moment as the API writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Workload:
    """A deployment whose second release cannot get its image, and all that hangs on it.

    `is_curable` says that the first release still runs well: otherwise no rollback helps.
    """

    namespace: str
    is_curable: bool = True
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    templates: list[Json] = field(default_factory=list)
    annotations: dict[str, str] = field(default_factory=dict)
    version: str = ""
    changed_at: datetime | None = None

    def __post_init__(self) -> None:
        self.templates = [_template(GOOD), _template(BAD)]
        self.version = str(next(_versions))

    @property
    def image(self) -> str:
        """Return the image that is declared now."""
        image: str = self.templates[-1]["spec"]["containers"][0]["image"]
        return image

    @property
    def is_well(self) -> bool:
        """Return whether what is declared now runs."""
        return self.image == GOOD and (self.is_curable or len(self.templates) == 1)

    def take(self, patch: Json, *, dry_run: bool) -> Json | None:
        """Apply a merge patch and return the deployment as it is then, or None on a conflict."""
        before = self.deployment()
        expected = patch.get("metadata", {}).get("resourceVersion")
        if expected is not None and expected != self.version:
            return None
        after = merged(before, patch)
        if dry_run:
            return after
        if after["spec"]["template"] != before["spec"]["template"]:
            self.templates.append(after["spec"]["template"])
            self.changed_at = datetime.now(UTC)
        self.annotations = dict(after["metadata"].get("annotations") or {})
        self.annotations.pop(REVISION, None)
        self.version = str(next(_versions))
        return self.deployment()

    def deployment(self) -> Json:
        """Return the deployment."""
        well = self.is_well
        status = {
            "observedGeneration": len(self.templates),
            "replicas": PODS if well else PODS + 1,
            "updatedReplicas": PODS if well else 1,
            "readyReplicas": PODS,
            "availableReplicas": PODS,
            "unavailableReplicas": 0 if well else 1,
        }
        annotations = {**self.annotations, REVISION: str(self._revision())}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": self._metadata(SERVICE, self.begun - timedelta(days=9), annotations)
            | {"resourceVersion": self.version, "generation": len(self.templates)},
            "spec": {
                "replicas": PODS,
                "selector": {"matchLabels": {"app": SERVICE}},
                "template": copy.deepcopy(self.templates[-1]),
            },
            "status": status,
        }

    def items(self, plural: str) -> list[Json]:
        """Return the objects of one kind."""
        found = {
            "deployments": lambda: [self.deployment()],
            "replicasets": self._replicasets,
            "pods": self._pods,
            "services": self._services,
            "endpoints": self._endpoints,
        }.get(plural)
        return found() if found else []

    def _revision(self) -> int:
        return len(self.templates)

    def _newest_with(self, image: str) -> int:
        """Return the newest revision that has the image: a template that comes back gets a new number."""
        images = [item["spec"]["containers"][0]["image"] for item in self.templates]
        return max(number for number, each in enumerate(images, start=1) if each == image)

    def _replicasets(self) -> list[Json]:
        return [self._replicaset(image) for image in (GOOD, BAD)]

    def _replicaset(self, image: str) -> Json:
        number = self._newest_with(image)
        ready, wanted = self._share(image)
        released = timedelta(days=9) if image == GOOD else timedelta(minutes=4)
        labels = {"app": SERVICE, "pod-template-hash": _hash(image)}
        template = copy.deepcopy(self.templates[number - 1])
        template["metadata"]["labels"] |= labels
        metadata = self._metadata(
            f"{SERVICE}-{_hash(image)}", self.begun - released, {REVISION: str(number)}
        )
        return {
            "metadata": metadata
            | {"labels": labels, "ownerReferences": [_owner("Deployment", SERVICE)]},
            "spec": {"replicas": wanted, "selector": {"matchLabels": labels}, "template": template},
            "status": {"replicas": wanted, "readyReplicas": ready, "availableReplicas": ready},
        }

    def _share(self, image: str) -> tuple[int, int]:
        """Return how many pods of a release are ready, and how many there are."""
        if self.is_well:
            return (PODS, PODS) if image == GOOD else (0, 0)
        return (PODS, PODS) if image == GOOD else (0, 1)

    def _pods(self) -> list[Json]:
        return [
            self._pod(image, number)
            for image in (GOOD, BAD)
            for number in range(self._share(image)[1])
        ]

    def _pod(self, image: str, number: int) -> Json:
        born = self.begun - (timedelta(days=9) if image == GOOD else timedelta(minutes=4))
        ready = image == GOOD
        state = (
            {"running": {"startedAt": stamp(born)}}
            if ready
            else {
                "waiting": {"reason": "ImagePullBackOff", "message": f'Back-off pulling "{image}"'}
            }
        )
        owner = f"{SERVICE}-{_hash(image)}"
        status = {
            "phase": "Running" if ready else "Pending",
            "podIP": f"10.0.0.{number + 4}",
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [
                {"name": "app", "image": image, "ready": ready, "restartCount": 0, "state": state}
            ],
        }
        labels = {"app": SERVICE, "pod-template-hash": _hash(image)}
        return {
            "metadata": self._metadata(f"{owner}-{number}bcdf", born, {})
            | {"labels": labels, "ownerReferences": [_owner("ReplicaSet", owner)]},
            "spec": {**copy.deepcopy(_template(image)["spec"]), "nodeName": "node-1"},
            "status": status,
        }

    def _services(self) -> list[Json]:
        spec = {"selector": {"app": SERVICE}, "ports": [{"port": PORT, "targetPort": PORT}]}
        return [
            {"metadata": self._metadata(SERVICE, self.begun - timedelta(days=9), {}), "spec": spec}
        ]

    def _endpoints(self) -> list[Json]:
        addresses = [{"ip": f"10.0.0.{number + 4}"} for number in range(PODS)]
        subsets = [{"addresses": addresses, "ports": [{"port": PORT}]}]
        metadata = self._metadata(SERVICE, self.begun - timedelta(days=9), {})
        return [{"metadata": metadata, "subsets": subsets}]

    def _metadata(self, name: str, born: datetime, annotations: dict[str, str]) -> Json:
        return {
            "name": name,
            "namespace": self.namespace,
            "uid": name,
            "resourceVersion": "1",
            "generation": 1,
            "creationTimestamp": stamp(born),
            "labels": {"app": SERVICE},
            "annotations": annotations,
        }


def node() -> Json:
    """Return the one node, which is ready."""
    conditions = [{"type": "Ready", "status": "True", "reason": "KubeletReady"}]
    return {
        "metadata": {
            "name": "node-1",
            "uid": "node-1",
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {},
        "status": {"conditions": conditions},
    }


def _template(image: str) -> Json:
    container = {"name": "app", "image": image, "ports": [{"containerPort": PORT}]}
    return {"metadata": {"labels": {"app": SERVICE}}, "spec": {"containers": [container]}}


def _owner(kind: str, name: str) -> Json:
    return {"kind": kind, "name": name, "uid": name, "controller": True}


def _hash(image: str) -> str:
    return {GOOD: "5d4f8", BAD: "7bc9z"}[image]
