"""Of what people write, the time of the last write is shown, and nothing of who wrote which field."""

from typing import Any

from mcp_servers.kubernetes.object_cutting import fit

WRITES: list[dict[str, Any]] = [
    {"manager": "kubectl", "time": "2026-03-02T10:00:00Z", "fieldsV1": {"f:data": {}}},
    {"manager": "helm", "time": "2026-03-02T11:00:00Z", "fieldsV1": {"f:data": {}}},
    {"manager": "controller", "time": "2026-03-02T12:00:00Z", "subresource": "status"},
]


def written(kind: str, writes: list[dict[str, Any]]) -> Any:
    item = {"metadata": {"name": "a", "namespace": "n", "managedFields": writes}}
    return fit(kind, item)["metadata"].get("managedFields")


def test_the_last_write_that_was_not_a_report_is_shown_alone() -> None:
    assert written("ConfigMap", WRITES) == [{"time": "2026-03-02T11:00:00Z"}]


def test_without_a_time_nothing_is_shown() -> None:
    assert written("Service", [{}]) is None
    assert written("Service", []) is None


def test_what_controllers_write_is_not_dated() -> None:
    assert written("Pod", WRITES) is None
