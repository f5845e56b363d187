"""kube-state-metrics' families for Deployments, ReplicaSets, Services, nodes and namespaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from infrastructure.lab.cluster import clock, ownership, quantities
from infrastructure.lab.node.exposition import Family, Sample, gauge

Object = dict[str, Any]
Objects = Sequence[Object]

_STATUSES = ("true", "false", "unknown")


def deployments(objects: Objects) -> list[Family]:
    """Return the families of Deployments."""

    def from_spec(field: str) -> Iterable[Sample]:
        return ((_name("deployment", each), each["spec"].get(field, 0)) for each in objects)

    def from_status(field: str) -> Iterable[Sample]:
        return (
            (_name("deployment", each), (each.get("status") or {}).get(field, 0))
            for each in objects
        )

    counts = {
        "replicas": "replicas",
        "replicas_ready": "readyReplicas",
        "replicas_available": "availableReplicas",
        "replicas_unavailable": "unavailableReplicas",
        "replicas_updated": "updatedReplicas",
        "observed_generation": "observedGeneration",
    }
    return [
        gauge(
            "kube_deployment_created", "Unix creation timestamp.", _created("deployment", objects)
        ),
        gauge("kube_deployment_spec_replicas", "Number of desired pods.", from_spec("replicas")),
        gauge(
            "kube_deployment_spec_paused",
            "Whether the deployment is paused.",
            ((_name("deployment", each), bool(each["spec"].get("paused"))) for each in objects),
        ),
        gauge(
            "kube_deployment_metadata_generation",
            "Sequence number of the desired state.",
            (
                (_name("deployment", each), each["metadata"].get("generation", 0))
                for each in objects
            ),
        ),
        *(
            gauge(
                f"kube_deployment_status_{name}", f"The deployment's {field}.", from_status(field)
            )
            for name, field in counts.items()
        ),
        gauge(
            "kube_deployment_status_condition",
            "The current status conditions of a deployment.",
            (sample for each in objects for sample in _conditions("deployment", each)),
        ),
    ]


def replica_sets(objects: Objects) -> list[Family]:
    """Return the families of ReplicaSets."""
    return [
        gauge(
            "kube_replicaset_created", "Unix creation timestamp.", _created("replicaset", objects)
        ),
        gauge(
            "kube_replicaset_spec_replicas",
            "Number of desired pods.",
            ((_name("replicaset", each), each["spec"].get("replicas", 0)) for each in objects),
        ),
        *(
            gauge(
                f"kube_replicaset_status_{name}",
                f"The replica set's {field}.",
                (
                    (_name("replicaset", each), (each.get("status") or {}).get(field, 0))
                    for each in objects
                ),
            )
            for name, field in (("replicas", "replicas"), ("ready_replicas", "readyReplicas"))
        ),
        gauge(
            "kube_replicaset_owner",
            "Information about the ReplicaSet's owner.",
            ((_name("replicaset", each) | owner_labels(each), 1) for each in objects),
        ),
    ]


def services(objects: Objects) -> list[Family]:
    """Return the families of Services."""
    return [
        gauge(
            "kube_service_info",
            "Information about service.",
            (
                (
                    _name("service", each)
                    | {
                        "cluster_ip": each["spec"].get("clusterIP") or "",
                        "external_name": each["spec"].get("externalName") or "",
                        "uid": each["metadata"]["uid"],
                    },
                    1,
                )
                for each in objects
            ),
        )
    ]


def endpoints(objects: Objects) -> list[Family]:
    """Return the families of Endpoints."""

    def addresses(each: Object, field: str) -> Iterable[str]:
        for subset in each.get("subsets") or ():
            for address in subset.get(field) or ():
                yield address["ip"]

    def count(field: str) -> Iterable[Sample]:
        return (
            (_name("endpoint", each), sum(1 for _ in addresses(each, field))) for each in objects
        )

    both = (("addresses", "true"), ("notReadyAddresses", "false"))
    return [
        gauge(
            "kube_endpoint_address",
            "Information about Endpoint available and non available addresses.",
            (
                (_name("endpoint", each) | {"ip": ip, "ready": ready}, 1)
                for each in objects
                for field, ready in both
                for ip in dict.fromkeys(addresses(each, field))
            ),
        ),
        gauge(
            "kube_endpoint_address_available",
            "Number of addresses available in endpoint.",
            count("addresses"),
        ),
        gauge(
            "kube_endpoint_address_not_ready",
            "Number of addresses not ready in endpoint.",
            count("notReadyAddresses"),
        ),
    ]


def nodes(objects: Objects) -> list[Family]:
    """Return the families of nodes."""
    return [
        gauge(
            "kube_node_info",
            "Information about a cluster node.",
            (
                (
                    {
                        "node": each["metadata"]["name"],
                        "kernel_version": _node_info(each, "kernelVersion"),
                        "kubelet_version": _node_info(each, "kubeletVersion"),
                        "container_runtime_version": _node_info(each, "containerRuntimeVersion"),
                    },
                    1,
                )
                for each in objects
            ),
        ),
        gauge(
            "kube_node_spec_unschedulable",
            "Whether a node can schedule new pods.",
            (
                ({"node": each["metadata"]["name"]}, bool(each["spec"].get("unschedulable")))
                for each in objects
            ),
        ),
        gauge(
            "kube_node_status_condition",
            "The condition of a cluster node.",
            (sample for each in objects for sample in _conditions("node", each)),
        ),
    ]


def namespaces(objects: Objects) -> list[Family]:
    """Return the families of namespaces."""
    return [
        gauge(
            "kube_namespace_status_phase",
            "kubernetes namespace status phase.",
            (
                (
                    {"namespace": each["metadata"]["name"], "phase": phase},
                    (each.get("status") or {}).get("phase") == phase,
                )
                for each in objects
                for phase in ("Active", "Terminating")
            ),
        )
    ]


def quotas(objects: Objects) -> list[Family]:
    """Return the families of ResourceQuotas."""
    return [
        gauge(
            "kube_resourcequota",
            "Information about resource quota.",
            (
                (
                    _name("resourcequota", each) | {"resource": resource, "type": kind},
                    quantities.parse(str(amount)),
                )
                for each in objects
                for kind in ("hard", "used")
                for resource, amount in ((each.get("status") or {}).get(kind) or {}).items()
            ),
        )
    ]


def owner_labels(obj: Object) -> dict[str, str]:
    """Return the labels that name an object's controller."""
    owner = ownership.controller_of(obj)
    if owner is None:
        return {"owner_kind": "", "owner_name": "", "owner_is_controller": ""}
    return {
        "owner_kind": owner["kind"],
        "owner_name": owner["name"],
        "owner_is_controller": "true",
    }


def _name(kind: str, obj: Object) -> dict[str, str]:
    meta = obj["metadata"]
    return {"namespace": meta["namespace"], kind: meta["name"]}


def _created(kind: str, objects: Objects) -> Iterable[Sample]:
    for each in objects:
        created = clock.parse(each["metadata"]["creationTimestamp"])
        yield _name(kind, each), created.timestamp()


def _conditions(kind: str, obj: Object) -> Iterable[Sample]:
    labels = {kind: obj["metadata"]["name"]} if kind == "node" else _name(kind, obj)
    for condition in (obj.get("status") or {}).get("conditions") or ():
        for status in _STATUSES:
            yield (
                {**labels, "condition": condition["type"], "status": status},
                condition["status"].lower() == status,
            )


def _node_info(node: Object, field: str) -> str:
    return str(((node.get("status") or {}).get("nodeInfo") or {}).get(field, ""))
