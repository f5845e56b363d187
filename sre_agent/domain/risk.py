"""How much can go wrong with an action: a number, and the terms that it adds up from."""

from pydantic import Field

from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef


class RiskTerm(Value):
    """What one circumstance adds; `object` is what it was read off, where that is one object."""

    name: str
    points: int = Field(ge=0, le=100)
    statement: str
    object: ObjectRef | None = None


class RiskScore(Value):
    """A number from 0 to 100, and all that was looked at, what adds nothing included."""

    score: int = Field(ge=0, le=100)
    terms: tuple[RiskTerm, ...]
