"""What tables tell without any description: who made what, and what ends again and again."""

from datetime import UTC, datetime

import pytest

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.snapshots import diagnose
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.manifests.bundle.reading import read

SAVED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MAKERS = """
NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/web   3/5     3            3           40d

NAME                             DESIRED   CURRENT   READY   AGE
replicaset.apps/web-5d8c7b9f6d   5         3         3       12d

NAME                  READY   AGE
statefulset.apps/db   1/1     40d

NAME                   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   AGE
daemonset.apps/agent   1         1         1       1            1           40d
"""


def told(*pods: str, makers: str = MAKERS) -> Snapshot:
    rows = "\n".join(f"{pod} 50m" for pod in pods)
    table = f"NAME  READY  STATUS  RESTARTS  AGE\n{rows}\n"
    return read({"pods.txt": table.replace(" ", "   "), "all.txt": makers}, SAVED_AT).snapshot


@pytest.mark.parametrize(
    ("pod", "owner"),
    [
        ("web-5d8c7b9f6d-4xk2p", "Deployment/default/web"),
        ("web-77f9c5d4b-9zq8w", "Deployment/default/web"),
        ("db-0", "StatefulSet/default/db"),
        ("agent-bx7lk", "DaemonSet/default/agent"),
        ("web-debug", "Pod/default/web-debug"),
        ("other-5d8c7b9f6d-4xk2p", "Pod/default/other-5d8c7b9f6d-4xk2p"),
    ],
)
def test_a_pod_belongs_to_the_known_controller_it_is_named_after(pod: str, owner: str) -> None:
    view = View(told(f"{pod} 1/1 Running 0"))

    assert [str(view.owner_of(item)) for item in view.snapshot.pods] == [owner]


def test_a_replicaset_belongs_to_the_known_deployment_it_is_named_after() -> None:
    assert "ReplicaSet" not in {ref.kind for ref in View(told()).workloads}


def test_a_crash_loop_in_a_table_is_one_of_its_workload() -> None:
    found = diagnose(
        told("web-5d8c7b9f6d-4xk2p 0/1 CrashLoopBackOff 14", "web-5d8c7b9f6d-4xk2q 1/1 Running 0"),
        SAVED_AT,
    )

    assert (found.causes[0].fault_class, str(found.causes[0].object)) == (
        "crash_loop",
        "Deployment/default/web",
    )
    assert "restarted 14 times" in found.causes[0].findings[0].statement
