"""What makes a workload slow: too much work, too little CPU, disk or network."""

from sre_agent.diagnosis.kubernetes.performance import (
    busy_pods,
    lossy_pods,
    slow_nodes,
    slow_pods,
)
from sre_agent.diagnosis.kubernetes.table import MeasuringAnalyzer, SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = ()
"""The analyzers of this layer."""
MEASURING_ANALYZERS: tuple[MeasuringAnalyzer, ...] = (
    slow_pods.analyze,
    busy_pods.analyze,
    lossy_pods.analyze,
    slow_nodes.analyze,
)
"""The analyzers of this layer that need metrics beside the snapshot."""
