"""What a workload needs of others: databases, callees, services outside."""

from sre_agent.diagnosis.kubernetes.dependencies import callees, capacity, credentials, reaching
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    credentials.analyze,
    capacity.analyze,
    reaching.analyze,
    callees.analyze,
)
"""The analyzers of this layer."""
