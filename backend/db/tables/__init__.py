"""The tables, one module per concern, registered on one metadata when this package is imported."""

from backend.db.tables import approvals, events, incidents, memory, notices, tenancy, topology
from backend.db.tables.base import metadata

__all__ = [
    "approvals",
    "events",
    "incidents",
    "memory",
    "metadata",
    "notices",
    "tenancy",
    "topology",
]
