"""Nodes: kubelet, container runtime, kube-proxy, pressure, the network of pods."""

from sre_agent.diagnosis.kubernetes.nodes import (
    container_runtime,
    evictions,
    kube_proxy,
    kubelet,
    networks,
    not_ready,
    pressure,
)
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    kubelet.analyze,
    container_runtime.analyze,
    kube_proxy.analyze,
    networks.analyze,
    pressure.analyze,
    not_ready.analyze,
    evictions.analyze,
)
"""The analyzers of this layer."""
