"""Images: missing, not allowed, registry not found or not answering, wrong architecture."""

from sre_agent.diagnosis.kubernetes.images import architecture, pulls
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (pulls.analyze, architecture.analyze)
"""The analyzers of this layer."""
