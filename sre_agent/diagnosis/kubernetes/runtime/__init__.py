"""What ails containers that run: probes, memory, errors of their own."""

from sre_agent.diagnosis.kubernetes.runtime import (
    application_error,
    out_of_memory,
    probe_failing,
    probe_port,
    probe_protocol,
    probe_timing,
    unready,
)
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    probe_port.analyze,
    probe_protocol.analyze,
    probe_timing.analyze,
    probe_failing.analyze,
    out_of_memory.analyze,
    application_error.analyze,
    unready.analyze,
)
"""The analyzers of this layer."""
