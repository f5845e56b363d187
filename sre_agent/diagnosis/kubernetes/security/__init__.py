"""What is refused for lack of rights or trust, and what has too many rights."""

from sre_agent.diagnosis.kubernetes.security import certificates, insecure, permissions
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    certificates.analyze,
    permissions.analyze,
    insecure.analyze,
)
"""The analyzers of this layer."""
