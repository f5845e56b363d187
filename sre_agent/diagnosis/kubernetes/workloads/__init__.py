"""What keeps controllers from having the pods they should: scale, rollouts, jobs, autoscalers."""

from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer
from sre_agent.diagnosis.kubernetes.workloads import (
    autoscalers,
    budgets,
    cronjobs,
    jobs,
    pod_creation,
    rollout,
    sets,
    zero_replicas,
)

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    zero_replicas.analyze,
    rollout.analyze,
    pod_creation.analyze,
    sets.analyze,
    jobs.analyze,
    cronjobs.analyze,
    autoscalers.analyze,
    budgets.analyze,
)
"""The analyzers of this layer."""
