"""The judgement over a snapshot is the same for the same cluster, and silent on a healthy one."""

from datetime import UTC, datetime

from sre_agent.diagnosis import snapshots
from sre_agent.domain.causes import Conclusion
from sre_agent.domain.cluster.snapshot import Snapshot

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_an_empty_cluster_has_no_cause() -> None:
    found = snapshots.diagnose(Snapshot(taken_at=NOW), NOW)

    assert found.abstained
    assert found.causes == ()
    assert found.conclusion is Conclusion.NOTHING_WRONG
