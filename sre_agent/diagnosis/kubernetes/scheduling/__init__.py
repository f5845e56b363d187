"""What keeps pods from finding a node."""

from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = ()
"""The analyzers of this layer."""
