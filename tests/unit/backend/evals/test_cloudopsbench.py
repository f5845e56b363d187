"""Cloud-OpsBench's layout, on a small shop of our own: frozen answers in, triples out."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.evals import measuring
from backend.evals.cloudopsbench import CloudOpsBench, cached, labels, measured
from backend.evals.cloudopsbench.labels import LABELS
from backend.evals.cloudopsbench.run import rank
from backend.evals.folders import Folder, UnreadableSetError
from sre_agent.domain.causes import Cause, Finding, Stance
from sre_agent.domain.cluster.snapshot import ContainerLog
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

PODS = """\
NAME                READY   STATUS    RESTARTS   AGE   IP         NODE
door-5f5d-aaaaa     1/1     Running   0          5m    10.1.0.1   one
store-6c6c-bbbbb    1/1     Running   0          5m    10.1.0.2   two
"""
NODES = """\
NAME   STATUS   ROLES    AGE   VERSION
one    Ready    <none>   95d   v1.31.2
two    {two}    <none>   95d   v1.31.2
"""
DEPLOYMENTS = """\
NAME    READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES   SELECTOR
door    1/1     1            1           5m    main         app:1    app=door
store   1/1     1            1           5m    main         app:1    app=store
"""
STATUS = """\
Service: kubelet
Node: two
Status: ● kubelet.service - Kubernetes Kubelet
     Active: {active} since Mon 2026-03-02 11:50:00 CST; 10min ago

Mar 02 11:50:00 two systemd[1]: Stopped Kubernetes Kubelet.
"""
START = "Name: x\nStart Time:       Mon, 02 Mar 2026 19:00:00 +0800\n"


def key(tool: str, **arguments: Any) -> str:
    return f"{tool}:{json.dumps(arguments, separators=(',', ':'))}"


def listing(kind: str) -> str:
    return key("GetResources", resource_type=kind, name="", namespace="shop", output_wide=True)


def cache(two: str = "Ready", active: str = "active (running)") -> dict[str, Any]:
    """Return the answers of a shop of two workloads on two nodes."""
    tree = "[Service]: door\n[Downstream (Calls)]:\ndoor\n└── store\n"
    return {
        "collection_timestamp": "2026-03-02T20:00:00.000000",
        listing("pods"): PODS,
        listing("nodes"): NODES.format(two=two),
        listing("deployments"): DEPLOYMENTS,
        key("CheckNodeServiceStatus", node_name="two", service_name="kubelet"): STATUS.format(
            active=active
        ),
        key("GetServiceDependencies", service_name="door"): tree,
        key("DescribeResource", resource_type="pods", name="x", namespace="other"): START,
    }


def write(case: Path, answers: Mapping[str, Any], answer: Mapping[str, str], alerts: Any) -> None:
    case.mkdir(parents=True)
    (case / "tool_cache.json").write_text(json.dumps(answers))
    (case / "query.json").write_text(json.dumps({"namespace": "shop", "query": "It is slow."}))
    (case / "alert.json").write_text(json.dumps(alerts))
    (case / "answer.json").write_text(json.dumps(answer))


def triple(taxonomy: str, named: str, cause: str) -> dict[str, str]:
    return {"fault_taxonomy": taxonomy, "fault_object": named, "root_cause": cause}


def alert(name: str, *evidence: str) -> dict[str, Any]:
    span = "2026-03-02 19:55:00 ~ 2026-03-02 19:57:00"
    return {"type": "Service", "name": name, "time_range": span, "evidence": list(evidence)}


SLOW = (
    "LATENCY_DEGRADATION [Slow Response] | p50latency: Normal=3.00ms -> Current=900.00ms (+1%) | "
    "Peak=950.00ms | p90latency: Normal=6.00ms -> Current=1500.00ms (+1%)"
)
LESS = "THROUGHPUT_DROP [RPS] | Normal=6.73req/s -> Current=4.06req/s (-39.7%)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a set of two cases: a node without its kubelet, and a slow workload."""
    down = cache(two="NotReady", active="inactive (dead)")
    write(
        tmp_path / "cases" / "shop-1",
        down,
        triple("Infrastructure_Fault", "node/two", "kubelet_unavailable"),
        {},
    )
    alerts = {"alerts": [alert("door", SLOW, LESS), alert("store", SLOW)]}
    write(
        tmp_path / "cases" / "shop-2",
        cache(),
        triple("Performance_Fault", "app/store", "pod_network_delay"),
        alerts,
    )
    return tmp_path


@pytest.mark.parametrize("seed", [None, 3])
def test_each_case_gets_its_triple_whatever_the_names(folder: Path, seed: int | None) -> None:
    result = measuring.measure(CloudOpsBench(), Folder(folder), rename=seed)

    assert result.parts[0].scores["A@1"] == 1.0
    assert result.predictions["shop-2"][0]["fault_object"] == "app/store"


def test_a_set_without_answers_is_predicted_and_not_scored(folder: Path) -> None:
    (folder / "cases" / "shop-1" / "answer.json").unlink()
    (folder / "cases" / "shop-2" / "answer.json").unlink()

    result = measuring.measure(CloudOpsBench(), Folder(folder))

    assert sorted(result.predictions) == ["shop-1", "shop-2"]
    assert not result.parts


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "cases" / "shop-1" / "tool_cache.json").unlink()

    with pytest.raises(UnreadableSetError, match=r"tool_cache\.json"):
        measuring.measure(CloudOpsBench(), Folder(folder))


def test_both_spellings_of_a_fault_are_the_same_fault() -> None:
    answer = triple("Runtime_Fault", "app/db", "db_read_only")

    assert rank(answer, [triple("runtime_fault", "app/db", "db_readonly_mode")]) == 0


def test_times_are_in_the_zone_of_the_answers() -> None:
    assert cached.taken_at(cache()) == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_a_case_that_does_not_say_when_it_was_taken_is_refused() -> None:
    with pytest.raises(UnreadableSetError, match="collection_timestamp"):
        cached.taken_at({"collection_timestamp": "yesterday"})


def test_an_answer_that_is_no_text_tells_nothing() -> None:
    broken = dict.fromkeys(cache(), None)

    assert not cached.questions(broken)
    assert not list(cached.connectivity(broken))
    assert not list(cached.node_services(broken))
    assert not list(cached.calls(broken, "shop"))


def test_of_each_kind_the_widest_table_is_read() -> None:
    plain = key("GetResources", resource_type="pods", name="", namespace="shop")
    one = key("GetResources", resource_type="pods", name="door", namespace="shop")

    found = cached.questions({**cache(), plain: "", one: PODS})

    asked = [item for item in found if item.verb == "get" and item.kind == "Pod"]
    assert [(item.name, item.output) for item in asked] == [("", "wide")]


def test_a_report_of_connections_is_read_by_node() -> None:
    report = (
        "=== Service store:80 Connectivity test report ===\n"
        "Debug Pod test results deployed on one: store (10.9.0.2:80) open\nConnection Succeeded\n"
        "Debug Pod test results deployed on two: Connection Failed\n"
    )
    asked = key("CheckServiceConnectivity", namespace="shop", service_name="store", port=80)

    found = list(cached.connectivity({asked: report}))

    assert [(item.from_node, item.is_open, item.to_ip) for item in found] == [
        ("one", True, "10.9.0.2"),
        ("two", False, ""),
    ]


def test_a_bare_result_of_a_connection_has_no_node() -> None:
    asked = key("CheckServiceConnectivity", namespace="shop", service_name="store", port=80)

    (found,) = cached.connectivity({asked: "Connection Failed"})

    assert (found.from_node, found.is_open) == ("", False)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"patterns": [{"count": 2, "sample": "no\nroute"}]}, [("", False, ("no", "route"))]),
        (json.dumps({"patterns": [{"sample": "no route"}]}), [("", False, ("no route",))]),
        (["no route"], [("", False, ("no route",))]),
        (
            {"app": ["now"], "previous": ["before"], "proxy": ["beside"]},
            [("", False, ("now",)), ("", True, ("before",)), ("proxy", False, ("beside",))],
        ),
        ("no json", [("", False, ("no json",))]),
        ("", []),
        ([], []),
    ],
)
def test_errors_in_logs_are_read_in_whatever_form_they_come(
    answer: Any, expected: list[tuple[str, bool, tuple[str, ...]]]
) -> None:
    asked = key("GetErrorLogs", namespace="shop", service_name="store")

    found: list[ContainerLog] = list(cached.error_logs({asked: answer}, "shop"))

    assert [(item.container, item.is_previous, item.lines) for item in found] == expected


def test_alerts_without_samples_are_a_table_of_before_and_now(folder: Path) -> None:
    case = Folder(folder / "cases" / "shop-2")

    table = measured.table(case, cached.zone(cache()))

    assert table is not None
    assert list(table.column("store", "p50latency")) == [0.003, 0.9]
    assert list(table.column("door", "requests")) == [6.73, 4.06]


def test_samples_are_read_with_their_units(tmp_path: Path) -> None:
    head = "time,store-p50latency,store-cpu_cfs,my-node-tcp_retans"
    rows = "2026-03-02 19:55:00,3.0,0.1,0\n2026-03-02 19:55:05,5.0,,2\n"
    (tmp_path / "metrics.csv").write_text(f"\ufeff{head}\n{rows}", "utf-8")

    table = measured.table(Folder(tmp_path), cached.zone(cache()))

    assert table is not None
    assert list(table.column("store", "p50latency")) == [0.003, 0.005]
    assert list(table.column("my-node", "tcp_retransmits")) == [0, 2]


def test_no_two_classes_share_a_cause_with_different_targets() -> None:
    targets: dict[str, set[str]] = {}
    for label in LABELS.values():
        targets.setdefault(label.root_cause, set()).add(label.target)

    assert all(len(found) == 1 for found in targets.values())


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("mysql", "mysql_invalid_port"),
        ("", "mysql_invalid_port"),
        ("redis", "service_env_var_address_mismatch"),
    ],
)
def test_the_set_calls_only_the_port_of_mysql_by_its_name(engine: str, expected: str) -> None:
    ref = ObjectRef.deployment("shop", "store")
    fault = FaultClass.DATABASE_WRONG_PORT
    finding = Finding(
        rule="template.database_port",
        fault_class=fault,
        object=ref,
        stance=Stance.FOR,
        weight=3,
        statement="it names a wrong port",
        evidence_ids=(EvidenceId("e"),),
    )
    cause = Cause(
        fault_class=fault,
        object=ref,
        confidence=0.9,
        statement="it names a wrong port",
        findings=(finding,),
        facts={"engine": engine},
    )

    label = labels.of(cause)

    assert label
    assert label.root_cause == expected
