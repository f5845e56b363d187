"""Evidence: a typed fact, and the call that anyone can repeat to see it again."""

from datetime import datetime
from typing import Any

from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.tools import ToolCall


class Evidence(Value):
    """One observation, as a specialist brought it.

    `kind` names the schema of `facts` (see `observations.KINDS`); `summary` is one line for people,
    made of facts only. Evidence is never edited: a later look is other evidence.
    """

    id: EvidenceId
    kind: str
    specialist: str
    call: ToolCall
    subject: ObjectRef | None
    facts: dict[str, Any]
    summary: str
    left_out: tuple[str, ...] = ()
    observed_at: datetime


class Gap(Value):
    """Something a specialist wanted to look at and could not: it is told, never passed over."""

    specialist: str
    call: ToolCall | None
    status: str
    reason: str
