"""What keeps claims from their volumes, and pods from their mounts."""

from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = ()
"""The analyzers of this layer."""
