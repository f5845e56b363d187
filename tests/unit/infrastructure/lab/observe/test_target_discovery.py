"""Which pods Prometheus is told of, and under which labels."""

from typing import Any

from infrastructure.lab.observe import discovery

POD: dict[str, Any] = {
    "metadata": {"name": "a-1", "uid": "u-1", "labels": {"app": "a", "example.com/tier": "one"}},
    "spec": {"nodeName": "node-1", "containers": [{"name": "main"}]},
    "status": {"phase": "Running"},
}


def endpoints(**subset: Any) -> dict[str, Any]:
    ports = [{"name": "http", "port": 8080}]
    return {
        "metadata": {"name": "a", "namespace": "n"},
        "subsets": [{"ports": ports, **subset}],
    }


def address(ip: str, pod: str) -> dict[str, Any]:
    return {"ip": ip, "targetRef": {"kind": "Pod", "name": pod}}


def test_a_ready_pod_is_a_target_with_the_labels_of_kubernetes_discovery() -> None:
    (group,) = discovery.target_groups([endpoints(addresses=[address("127.9.0.2", "a-1")])], [POD])

    assert group["targets"] == ["127.9.0.2:8080"]
    assert group["labels"] == {
        "__meta_kubernetes_namespace": "n",
        "__meta_kubernetes_service_name": "a",
        "__meta_kubernetes_endpoint_port_name": "http",
        "__meta_kubernetes_endpoint_ready": "true",
        "__meta_kubernetes_pod_name": "a-1",
        "__meta_kubernetes_pod_uid": "u-1",
        "__meta_kubernetes_pod_node_name": "node-1",
        "__meta_kubernetes_pod_phase": "Running",
        "__meta_kubernetes_pod_container_name": "main",
        "__meta_kubernetes_pod_label_app": "a",
        "__meta_kubernetes_pod_label_example_com_tier": "one",
    }


def test_a_pod_that_is_not_ready_is_a_target_too() -> None:
    found = discovery.target_groups(
        [endpoints(notReadyAddresses=[address("127.9.0.3", "a-1")])], [POD]
    )

    assert found[0]["labels"]["__meta_kubernetes_endpoint_ready"] == "false"


def test_a_service_without_pods_has_no_targets() -> None:
    empty = {"metadata": {"name": "a", "namespace": "n"}, "subsets": None}

    assert discovery.target_groups([empty, endpoints()], []) == []
