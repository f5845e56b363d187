"""Identifiers, each a type of its own, so that one is never passed for another."""

from typing import NewType

OrgId = NewType("OrgId", str)
ClusterId = NewType("ClusterId", str)
IncidentId = NewType("IncidentId", str)
EvidenceId = NewType("EvidenceId", str)
ActionId = NewType("ActionId", str)
GrantId = NewType("GrantId", str)

NO_EVIDENCE = EvidenceId("")
"""Stands for data that was handed in, not fetched, and so cannot be cited."""
