"""Volumes: claims without one, and volumes that cannot be made, attached, mounted or written."""

from sre_agent.diagnosis.kubernetes.storage import (
    containers,
    failures,
    missing_claims,
    pending_claims,
)
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    missing_claims.analyze,
    pending_claims.analyze,
    failures.analyze,
    containers.analyze,
)
"""The analyzers of this layer."""
