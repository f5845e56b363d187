"""Configuration: what is missing, empty, refused, or points to the wrong place."""

from sre_agent.diagnosis.kubernetes.config import (
    empty_configmaps,
    missing,
    missing_settings,
    rejected,
    service_addresses,
)
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    missing.analyze,
    missing_settings.analyze,
    empty_configmaps.analyze,
    rejected.analyze,
    service_addresses.analyze,
)
"""The analyzers of this layer."""
