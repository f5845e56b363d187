"""The state of the cluster's objects, under the names kube-state-metrics gives them."""

from __future__ import annotations

from infrastructure.lab.cluster.store import KINDS, Store
from infrastructure.lab.node import state_of_pods, state_of_workloads
from infrastructure.lab.node.exposition import Family


def families(store: Store) -> list[Family]:
    """Return all families of all objects in the store."""
    return [
        *state_of_workloads.deployments(store.peek_all(KINDS["Deployment"])),
        *state_of_workloads.replica_sets(store.peek_all(KINDS["ReplicaSet"])),
        *state_of_pods.pods(store.peek_all(KINDS["Pod"])),
        *state_of_pods.containers(store.peek_all(KINDS["Pod"])),
        *state_of_workloads.services(store.peek_all(KINDS["Service"])),
        *state_of_workloads.endpoints(store.peek_all(KINDS["Endpoints"])),
        *state_of_workloads.nodes(store.peek_all(KINDS["Node"])),
        *state_of_workloads.quotas(store.peek_all(KINDS["ResourceQuota"])),
        *state_of_workloads.namespaces(store.peek_all(KINDS["Namespace"])),
    ]
