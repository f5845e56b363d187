"""What policy says of an action, and what a person says."""

from datetime import datetime
from enum import StrEnum

from sre_agent.domain.ids import ActionId
from sre_agent.domain.model import Value


class Ruling(StrEnum):
    """Deny beats ask beats allow."""

    DENY = "deny"
    ASK = "ask"
    ALLOW = "allow"


class PolicyRuling(Value):
    """The ruling on one action, with the name and text of the rule that made it."""

    action_id: ActionId
    ruling: Ruling
    rule: str
    reason: str


class Verdict(StrEnum):
    """How an approval can end."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


class Decision(Value):
    """A verdict, by whom and through which door."""

    approval_id: str
    verdict: Verdict
    actor: str
    channel: str
    reason: str
    plan_sha256: str
    decided_at: datetime
