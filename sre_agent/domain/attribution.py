"""Whether a change explains an incident: which one, why not the others, or that none does."""

from datetime import datetime

from pydantic import Field

from sre_agent.domain.model import Value
from sre_agent.domain.timeline import ChangeKind


class JudgedChange(Value):
    """A change of the timeline, and what speaks for its guilt and against it, the weightiest first."""

    id: str
    kind: ChangeKind
    summary: str
    at: datetime
    actor: str = ""
    link: str = ""
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()


class ChangeVerdict(Value):
    """What the changes near the onset add up to.

    `suspect` is the change that explains what fails, None where none does. `ruled_out` are the
    others that were in effect before the onset, the likeliest first; `later` counts those that came
    after it, `left_out` those that were ruled out and are not told. `confidence` is the probability
    that the verdict is right, between 0 and 1.
    """

    suspect: JudgedChange | None
    ruled_out: tuple[JudgedChange, ...] = ()
    later: int = 0
    left_out: int = 0
    onset_at: datetime
    confidence: float = Field(ge=0, le=1)
    reason: str
