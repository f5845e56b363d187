"""Of many slow services the one is found that makes the others wait, and what it suffers from."""

from collections.abc import Mapping, Sequence

import pytest

from sre_agent.diagnosis import snapshots
from sre_agent.domain.causes import Cause
from sre_agent.domain.cluster.network import Call
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.telemetry import MetricTable
from sre_agent.testing import cluster

CALLS = {"door": ("cart", "price"), "cart": ("store", "price")}
NODES = {"door": "one", "cart": "two", "price": "one", "store": "two"}
CALM, TROUBLE = 10, 20
Columns = Mapping[tuple[str, str], tuple[float, float]]


def shop(nodes: Mapping[str, str] = NODES) -> Snapshot:
    """Return four healthy workloads that call each other, on the nodes they run on."""
    made: list[object] = [cluster.node(name) for name in sorted(set(nodes.values()))]
    for name, node in nodes.items():
        web = cluster.deployment(name)
        made += [web, cluster.replicaset(web), cluster.pod(web, node=node)]
    for caller, callees in CALLS.items():
        made += [_call(caller, callee) for callee in callees]
    return cluster.snapshot(*made)


def _call(caller: str, callee: str) -> Call:
    return Call(
        caller=cluster.ref("Deployment", caller),
        callee=cluster.ref("Deployment", callee),
        source=EvidenceId("calls"),
    )


def table(columns: Columns) -> MetricTable:
    """Return a table in which each metric has one level first, and another one afterwards."""
    times = [float(second) for second in range(CALM + TROUBLE)]
    series = {key: [old] * CALM + [new] * TROUBLE for key, (old, new) in columns.items()}
    return MetricTable.build(times, series, EvidenceId("metrics"))


def causes(columns: Columns, found: Snapshot | None = None) -> Sequence[Cause]:
    """Return what is judged from the metrics of the shop."""
    here = found or shop()
    return snapshots.diagnose(here, cluster.NOW, telemetry=table(columns)).causes


def latency(**levels: tuple[float, float]) -> dict[tuple[str, str], tuple[float, float]]:
    return {(name, "latency_p50"): pair for name, pair in levels.items()}


def named(found: Sequence[Cause]) -> list[tuple[Fault, str]]:
    return [(item.fault_class, item.object.name) for item in found]


SLOW_STORE = latency(door=(0.02, 1.4), cart=(0.01, 1.2), store=(0.004, 1.0), price=(0.01, 0.01))


def test_the_one_whose_callees_are_as_usual_is_blamed_and_not_its_callers() -> None:
    assert named(causes(SLOW_STORE)) == [(Fault.POD_NETWORK_DELAY, "store")]


def test_one_that_is_slow_while_its_callees_are_not_is_blamed_itself() -> None:
    found = causes(latency(door=(0.02, 1.4), cart=(0.01, 1.2), store=(0.004, 0.004)))

    assert named(found) == [(Fault.POD_NETWORK_DELAY, "cart")]


@pytest.mark.parametrize("busy", [(0.03, 0.15), (0.03, 0.06)])
def test_one_that_is_held_back_while_it_burns_cpu_is_overloaded(busy: tuple[float, float]) -> None:
    found = causes(SLOW_STORE | {("store", "cpu"): busy, ("store", "cpu_throttled"): (0.0, 0.6)})

    assert named(found) == [(Fault.CPU_OVERLOAD, "store")]


def test_one_that_uses_less_cpu_than_before_is_not_overloaded() -> None:
    found = causes(
        SLOW_STORE | {("store", "cpu"): (0.06, 0.02), ("store", "cpu_throttled"): (0.3, 0.0)}
    )

    assert named(found) == [(Fault.POD_NETWORK_DELAY, "store")]


@pytest.mark.parametrize(
    "levels",
    [
        latency(door=(0.02, 0.021), cart=(0.01, 0.01)),
        latency(door=(0.0001, 0.0009)),
        latency(door=(1.4, 0.02), store=(1.0, 0.004)),
        {},
    ],
)
def test_what_is_as_fast_as_before_gives_no_cause(levels: Columns) -> None:
    assert not causes(levels)


def test_a_moment_without_answers_is_no_fast_answer() -> None:
    times = [float(second) for second in range(6)]
    series = {("store", "latency_p50"): [0.004, 0.004, 0.0, 0.0, 2.0, 2.0]}
    measured = MetricTable.build(times, series, EvidenceId("metrics"))

    found = snapshots.diagnose(shop(), cluster.NOW, telemetry=measured).causes

    assert "answers in 2 s" in found[0].statement


def test_cpu_that_is_burnt_without_more_requests_is_blamed_though_no_delay_was_measured() -> None:
    busy = {("store", "cpu"): (0.02, 0.2), ("store", "cpu_throttled"): (0.0, 0.7)}

    assert named(causes(busy)) == [(Fault.CPU_OVERLOAD, "store")]


def test_cpu_that_is_burnt_for_more_requests_is_well_used() -> None:
    busy = {("store", "cpu"): (0.02, 0.2), ("store", "cpu_throttled"): (0.0, 0.7)}

    assert not causes(busy | {("store", "requests"): (5.0, 50.0)})


def test_a_node_that_repeats_many_packets_loses_them() -> None:
    found = causes({("one", "tcp_retransmits"): (0.0, 9.0), ("two", "tcp_retransmits"): (0.0, 0.5)})

    assert named(found)[0] == (Fault.NODE_NETWORK_LOSS, "one")


@pytest.mark.parametrize("levels", [(0.0, 0.2), (3.0, 4.0), (9.0, 0.0)])
def test_a_node_that_repeats_few_packets_or_as_many_as_ever_is_well(
    levels: tuple[float, float],
) -> None:
    assert not causes({("one", "tcp_retransmits"): levels})


def test_of_one_node_alone_nothing_tells_whether_its_network_is_slow() -> None:
    waits = latency(door=(0.02, 2.5), desk=(0.01, 2.3))

    found = causes(waits, shop(dict.fromkeys((*NODES, "desk"), "one")))

    assert found
    assert all(item.object.kind != "Node" for item in found)


def test_several_that_are_slow_by_themselves_have_their_nodes_network_in_common() -> None:
    spread = {"door": "one", "cart": "three", "price": "two", "store": "two"}
    waits = latency(door=(0.02, 2.5), cart=(0.01, 2.3))

    found = causes(waits | latency(price=(0.01, 1.0), store=(0.004, 1.1)), shop(spread))

    assert named(found)[0] == (Fault.NODE_NETWORK_DELAY, "two")


def test_the_weight_of_a_finding_rests_on_the_metrics() -> None:
    (cause,) = causes(SLOW_STORE)

    assert cause.evidence_for == (EvidenceId("metrics"),)


def test_one_that_is_held_back_for_the_cpu_it_always_used_has_too_low_a_limit() -> None:
    held = {("store", "cpu"): (0.2, 0.22), ("store", "cpu_throttled"): (0.0, 0.6)}

    assert named(causes(SLOW_STORE | held)) == [(Fault.CPU_THROTTLING, "store")]


@pytest.mark.parametrize("held", [(0.4, 0.5), (0.0, 0.05)])
def test_one_that_was_always_held_back_or_hardly_is_waits_for_something_else(
    held: tuple[float, float],
) -> None:
    found = causes(SLOW_STORE | {("store", "cpu"): (0.2, 0.22), ("store", "cpu_throttled"): held})

    assert named(found) == [(Fault.POD_NETWORK_DELAY, "store")]


def test_one_whose_disk_is_never_idle_any_more_waits_for_its_disk() -> None:
    found = causes(SLOW_STORE | {("store", "disk_busy"): (0.2, 0.97)})

    assert named(found) == [(Fault.DISK_SATURATION, "store")]


@pytest.mark.parametrize("busy", [(0.95, 0.97), (0.1, 0.6)])
def test_a_disk_that_is_as_busy_as_ever_or_has_time_left_holds_nobody_up(
    busy: tuple[float, float],
) -> None:
    found = causes(SLOW_STORE | {("store", "disk_busy"): busy})

    assert named(found) == [(Fault.POD_NETWORK_DELAY, "store")]


def test_a_busy_disk_that_makes_nobody_slow_is_no_trouble() -> None:
    assert not causes({("store", "disk_busy"): (0.2, 0.99)})


@pytest.mark.parametrize(
    "measured", [{"packets_lost": (0.0, 0.08)}, {"tcp_retransmits": (0.0, 4.0)}]
)
@pytest.mark.parametrize("waits", [{}, SLOW_STORE])
def test_one_that_alone_loses_packets_has_a_lossy_network(
    measured: Mapping[str, tuple[float, float]], waits: Columns
) -> None:
    found = causes({**waits, **{("store", name): pair for name, pair in measured.items()}})

    assert named(found) == [(Fault.POD_NETWORK_LOSS, "store")]


@pytest.mark.parametrize(
    ("metric", "lost"),
    [
        ("packets_lost", (0.0, 0.008)),
        ("packets_lost", (0.05, 0.06)),
        ("tcp_retransmits", (0.0, 0.8)),
        ("tcp_retransmits", (4.0, 5.0)),
    ],
)
def test_few_lost_packets_or_as_many_as_ever_are_no_trouble(
    metric: str, lost: tuple[float, float]
) -> None:
    assert not causes({("store", metric): lost})


@pytest.mark.parametrize("beside", ["cart", "two"])
def test_packets_that_a_neighbour_or_the_node_loses_too_are_not_lost_by_one_workload(
    beside: str,
) -> None:
    both = {(name, "tcp_retransmits"): (0.0, 4.0) for name in ("store", beside)}

    found = causes(both)

    assert Fault.POD_NETWORK_LOSS not in {cause.fault_class for cause in found}
