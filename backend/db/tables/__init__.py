"""The tables, one module per concern, registered on one metadata when this package is imported."""

from backend.db.tables import (
    accounts,
    approvals,
    ask,
    auditing,
    brakes,
    changes,
    events,
    incidents,
    memory,
    model_use,
    notices,
    organization_log,
    slos,
    tenancy,
    topology,
)
from backend.db.tables.base import metadata

__all__ = [
    "accounts",
    "approvals",
    "ask",
    "auditing",
    "brakes",
    "changes",
    "events",
    "incidents",
    "memory",
    "metadata",
    "model_use",
    "notices",
    "organization_log",
    "slos",
    "tenancy",
    "topology",
]
