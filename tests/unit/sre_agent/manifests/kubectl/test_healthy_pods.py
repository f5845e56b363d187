"""A pod that is well takes what it asks for from its controller; any other is read in full."""

import pytest
from outputs import DEPLOYMENT, NOW, POD, REPLICASETS, asked, pods

from sre_agent.domain.cluster.pods import Pod
from sre_agent.manifests import kubectl


def _read(table: str) -> Pod:
    texts = {
        asked("describe", "Deployment", "web"): DEPLOYMENT,
        asked("get", "ReplicaSet", output="labels"): REPLICASETS,
        asked("get", "Pod", output="wide"): table,
        asked("describe", "Pod", "web-6d5f-abcde"): POD,
    }
    (found,) = kubectl.read(texts, NOW).pods
    return found


@pytest.mark.parametrize("restarts", ["0", "3 (8d ago)", "1 (90m ago)"])
def test_one_that_is_ready_and_calm_has_its_controllers_template(restarts: str) -> None:
    found = _read(pods(restarts=restarts))

    assert found.ready
    assert found.spec.containers[0].env[0].value == "store:6379"
    assert not found.spec.init_containers
    assert (found.node, found.ip) == ("node-a", "10.1.0.7")
    assert [item.name for item in found.meta.owners] == ["web-6d5f"]


@pytest.mark.parametrize(
    "table",
    [
        pods(ready="0/1"),
        pods(restarts="4 (2m ago)"),
        pods(status="Error"),
    ],
)
def test_any_other_is_read_in_full(table: str) -> None:
    found = _read(table)

    assert [item.name for item in found.spec.init_containers] == ["migrate"]
    assert found.statuses[1].restarts == 4


def test_one_that_is_terminating_is_known_to_be_deleted() -> None:
    texts = {asked("get", "Pod", output="wide"): pods(status="Terminating")}

    (found,) = kubectl.read(texts, NOW).pods

    assert found.meta.deleted_at == NOW
