"""What containers are configured with and is missing or wrong."""

from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = ()
"""The analyzers of this layer."""
