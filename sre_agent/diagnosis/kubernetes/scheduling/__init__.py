"""What keeps pods off the nodes: labels, taints, cordons, room, neighbours, and the scheduler."""

from sre_agent.diagnosis.kubernetes.scheduling import placement, scheduler
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (placement.analyze, scheduler.analyze)
"""The analyzers of this layer."""
