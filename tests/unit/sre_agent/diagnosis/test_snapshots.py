"""The judgement over a snapshot is the same for the same cluster, and silent on a healthy one."""

from datetime import UTC, datetime

from sre_agent.diagnosis import snapshots
from sre_agent.domain.causes import Conclusion
from sre_agent.domain.cluster.meta import Meta
from sre_agent.domain.cluster.network import Service
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.telemetry import Span

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_an_empty_cluster_has_no_cause() -> None:
    found = snapshots.diagnose(Snapshot(taken_at=NOW, complete=frozenset({"Pod"})), NOW)

    assert found.abstained
    assert found.causes == ()
    assert found.conclusion is Conclusion.NOTHING_WRONG


def test_where_nothing_of_what_runs_was_read_nothing_is_called_well() -> None:
    web = ObjectRef(kind="Service", namespace="shop", name="web")
    only_services = Snapshot(
        taken_at=NOW,
        complete=frozenset({"Service"}),
        services=(Service(meta=Meta(ref=web, source=EvidenceId("services"))),),
    )

    for told in (only_services, Snapshot(taken_at=NOW)):
        found = snapshots.diagnose(told, NOW)

        assert found.conclusion is Conclusion.UNDECIDED
        assert "pods, workloads, events" in found.reason
    assert "Services" not in snapshots.diagnose(only_services, NOW).reason


def test_what_was_not_read_is_named_where_the_rest_is_well() -> None:
    told = Snapshot(taken_at=NOW, complete=frozenset({"Pod", "Deployment", "Event", "Service"}))

    found = snapshots.diagnose(told, NOW)

    assert found.conclusion is Conclusion.NOTHING_WRONG
    assert found.reason.endswith("not read, so not judged: nodes")


def test_that_saved_requests_took_longer_is_not_judged_and_that_is_said() -> None:
    told = Snapshot(taken_at=NOW, complete=frozenset({"Pod"}))
    spans = [
        Span(
            trace_id=f"t{n}",
            span_id=f"s{n}",
            service="web",
            operation="GET /",
            start_s=NOW.timestamp() - 60 + n,
            duration_s=0.03 if n < 10 else 2.0,
        )
        for n in range(20)
    ]

    found = snapshots.diagnose(told, NOW, spans=spans)

    assert "not judged: how long the saved requests take" in found.reason
    assert "saved requests" not in snapshots.diagnose(told, NOW).reason
