"""What a workload needs of others: databases, callees, services outside."""

from sre_agent.diagnosis.kubernetes.dependencies import (
    capacity,
    credentials,
    failing_callees,
    reaching,
)
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    credentials.analyze,
    capacity.analyze,
    reaching.analyze,
    failing_callees.analyze,
)
"""The analyzers of this layer."""
