"""What ails controllers: rollouts, jobs, autoscalers, disruption budgets."""

from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = ()
"""The analyzers of this layer."""
