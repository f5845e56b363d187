"""What can be asked for: a topic, and the typed slots that say about what."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sre_agent.domain.model import Value

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
SINCE_MAX_S = 31 * DAY_S

Name = Annotated[str, Field(max_length=253)]


class Topic(StrEnum):
    """What a question is about."""

    STATUS = "status"
    """Which incidents are open, of everything or of one service."""
    INCIDENT = "incident"
    """How one incident stands, its likeliest cause and its plan."""
    WAITING = "waiting"
    """Why an incident does not go on, or which ones wait for people."""
    CHANGES = "changes"
    """What was changed lately."""
    BUDGET = "budget"
    """What is left of error budgets."""
    OWNER = "owner"
    """Who looks after a service."""
    SIMILAR = "similar"
    """Which past incidents are like one."""
    DEEDS = "deeds"
    """Who approved what, and what was done."""
    RUNBOOK = "runbook"
    """Which runbook fits."""
    EVIDENCE = "evidence"
    """What was found out in an incident, down to single facts."""


class Place(Value):
    """A service of a namespace; without `service` the whole namespace."""

    namespace: Name = ""
    service: Name = ""

    @property
    def told(self) -> str:
        """Return `namespace/service`, as people write it."""
        return "/".join(part for part in (self.namespace, self.service) if part)


class Slots(Value):
    """What a question names. What it does not name is empty; `since_s` counts back from now."""

    incident: Name = ""
    place: Place = Place()
    since_s: int = Field(default=0, ge=0, le=SINCE_MAX_S)
    slo: Name = ""
    evidence: Name = ""
    words: str = Field(default="", max_length=200)


class Asked(Value):
    """A question, understood."""

    topic: Topic
    slots: Slots = Slots()


class Known(Value):
    """The names that an organization has: what no name of its matches is not guessed at."""

    places: tuple[Place, ...] = ()
    slos: tuple[str, ...] = ()


EXAMPLES = (
    "which incidents are open?",
    "how does inc-… stand, and why does it wait?",
    "what changed in the last 30 minutes, or in namespace/service?",
    "how much error budget has a service left?",
    "who owns a service?",
    "which past incidents are like inc-…?",
    "who approved the plan of inc-…, and what was done?",
    "which runbook fits a service or inc-…?",
    "what is the evidence of inc-…?",
)
"""What is answered without a language model, as people may ask it."""
