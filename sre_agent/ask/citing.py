"""What an answer rests on: each statement names where it can be looked up again."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from sre_agent.domain.model import Value


class Source(StrEnum):
    """Where something is written down."""

    EVENT = "event"
    """An entry in the log of an incident, by the incident's id and its number there."""
    ORGANIZATION_LOG = "organization_log"
    """An entry in the organization's own log, by its number."""
    SLO = "slo"
    """An objective, by cluster and id."""
    ROLLOUT = "rollout"
    """A revision of a workload, as its cluster tells of it now."""
    RUNBOOK = "runbook"
    """A runbook, by the path under which it is fetched."""
    CHANGE = "change"
    """An entry of the timeline of changes, by its id."""
    SERVICE = "service"
    """What SERVICES_FILE says of a service, by its name."""


_NUMBERED = frozenset({Source.EVENT, Source.ORGANIZATION_LOG})


class AskCitation(Value):
    """One place. `id` is what it is fetched by; logs have a `seq` beside it."""

    source: Source
    id: str = Field(max_length=600)
    seq: int | None = Field(default=None, ge=1)
    cluster: str = ""

    @model_validator(mode="after")
    def _check_seq(self) -> Self:
        if (self.source in _NUMBERED) != (self.seq is not None):
            raise ValueError("an entry of a log has a number, and nothing else has")
        return self

    @property
    def told(self) -> str:
        """Return how it is written behind a statement, such as `inc-4f#12` or `slo:shop-answers`."""
        if self.source is Source.EVENT:
            return f"{self.id}#{self.seq}"
        if self.source is Source.ORGANIZATION_LOG:
            return f"organization#{self.seq}"
        return f"{self.source}:{self.id}"


class Fact(Value):
    """A statement that the platform can stand for, and what it rests on.

    `kind` is what an allow-list calls it, as the kinds of evidence are called. `elsewhere` is what a model
    outside the house is told instead, where the text has names of people, their words or what they set.
    """

    text: str
    cites: tuple[AskCitation, ...] = Field(min_length=1)
    kind: str
    elsewhere: str = ""

    def outside(self) -> Self:
        """Return it as a model outside the house is told of it."""
        return self.model_copy(update={"text": self.elsewhere}) if self.elsewhere else self


class Found(Value):
    """What a look brought. `notes` say what could not be looked at, or why there is nothing."""

    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()


def event(incident_id: str, seq: int) -> AskCitation:
    """Return the citation of an entry in an incident's log."""
    return AskCitation(source=Source.EVENT, id=incident_id, seq=seq)
