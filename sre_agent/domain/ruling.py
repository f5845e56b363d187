"""What policy says of an action, and what a person says."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from sre_agent.domain.ids import ActionId
from sre_agent.domain.model import Value
from sre_agent.domain.risk import RiskScore


class Ruling(StrEnum):
    """Deny beats ask beats allow."""

    DENY = "deny"
    ASK = "ask"
    ALLOW = "allow"


class Approvers(Value):
    """Who answers when policy asks: at least which role, how many people, and whether others only.

    `people` is how many different people have to say yes. `not_requester` says that whoever
    proposed the plan may not approve it.
    """

    role: Literal["approver", "admin"] = "approver"
    not_requester: StrictBool = False
    people: Annotated[StrictInt, Field(ge=1, le=5)] = 1

    @property
    def told(self) -> str:
        """Return who may answer, in words."""
        who = f"an {self.role}" if self.people == 1 else f"{self.people} different {self.role}s"
        return f"{who}, not whoever proposed it" if self.not_requester else who


class PolicyRuling(Value):
    """The ruling on one action, with the name and text of the rule that made it.

    `approvers` is who may answer where it asks and a rule says who; without it any one approver may.
    `risk` is what the action was seen to risk at that moment.
    """

    action_id: ActionId
    ruling: Ruling
    rule: str
    reason: str
    approvers: Approvers | None = None
    risk: RiskScore | None = None


def strictest(wanted: Iterable[Approvers | None]) -> Approvers | None:
    """Return what satisfies all who say who may answer; None when nobody does."""
    said = [item for item in wanted if item is not None]
    if not said:
        return None
    return Approvers(
        role="admin" if any(item.role == "admin" for item in said) else "approver",
        not_requester=any(item.not_requester for item in said),
        people=max(item.people for item in said),
    )


class Verdict(StrEnum):
    """How an approval can end."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    VOIDED = "voided"
    """What was asked about is no longer as it was shown."""


class Decision(Value):
    """A verdict, by whom and through which door.

    `waits_for` is how many more people have to say yes before the plan is approved; `without` are
    the actions that are left out of what is approved.
    """

    approval_id: str
    verdict: Verdict
    actor: str
    channel: str
    reason: str
    plan_sha256: str
    decided_at: datetime
    waits_for: int = 0
    without: tuple[ActionId, ...] = ()
