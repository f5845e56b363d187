"""What the cluster says of its objects: one analyzer per kind of trouble, and the table of them."""

from collections.abc import Callable, Iterable

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import (
    admission,
    config,
    crash_loop,
    dependencies,
    image_unavailable,
    images,
    missing_configuration,
    networking,
    no_endpoints,
    node_not_ready,
    nodes,
    out_of_memory,
    performance,
    routing,
    runtime,
    scheduling,
    security,
    startup,
    storage,
    unhealthy_pod,
    workloads,
)
from sre_agent.diagnosis.kubernetes.table import MeasuringAnalyzer, SnapshotAnalyzer

Analyzer = Callable[[Situation], Iterable[Hypothesis]]

ANALYZERS: tuple[Analyzer, ...] = (
    missing_configuration.propose,
    out_of_memory.propose,
    image_unavailable.propose,
    crash_loop.propose,
    no_endpoints.propose,
    node_not_ready.propose,
    unhealthy_pod.propose,
)
"""Every analyzer; each proposes what its kind of trouble shows, or nothing."""

SNAPSHOT_ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    *admission.ANALYZERS,
    *scheduling.ANALYZERS,
    *nodes.ANALYZERS,
    *storage.ANALYZERS,
    *images.ANALYZERS,
    *config.ANALYZERS,
    *startup.ANALYZERS,
    *runtime.ANALYZERS,
    *workloads.ANALYZERS,
    *routing.ANALYZERS,
    *networking.ANALYZERS,
    *dependencies.ANALYZERS,
    *performance.ANALYZERS,
    *security.ANALYZERS,
)
"""Every analyzer over a whole snapshot, by layer."""

MEASURING_ANALYZERS: tuple[MeasuringAnalyzer, ...] = (*performance.MEASURING_ANALYZERS,)
"""Every analyzer over a snapshot and the metrics beside it."""
