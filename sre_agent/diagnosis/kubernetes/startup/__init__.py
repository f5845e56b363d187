"""What keeps containers from starting: their command, init containers, ports, the runtime."""

from sre_agent.diagnosis.kubernetes.startup import (
    command_not_found,
    container_create,
    crash_loop,
    init_container,
    port_conflict,
)
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    command_not_found.analyze,
    init_container.analyze,
    container_create.analyze,
    port_conflict.analyze,
    crash_loop.analyze,
)
"""The analyzers of this layer."""
