"""What keeps objects from being made: quotas, ranges, accounts, webhooks, security levels."""

from sre_agent.diagnosis.kubernetes.admission import (
    full_quotas,
    limit_ranges,
    pod_security,
    priority_classes,
    quota_refusals,
    service_accounts,
    webhooks,
)
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    quota_refusals.analyze,
    full_quotas.analyze,
    limit_ranges.analyze,
    service_accounts.analyze,
    webhooks.analyze,
    pod_security.analyze,
    priority_classes.analyze,
)
"""The analyzers of this layer."""
