"""What stands between pods: network policies and names."""

from sre_agent.diagnosis.kubernetes.networking import dns, policy_blocks, policy_idle
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    policy_blocks.analyze,
    policy_idle.analyze,
    dns.analyze,
)
"""The analyzers of this layer."""
