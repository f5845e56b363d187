"""What is remembered of incidents that have ended, as evidence for one that is open."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Observation
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.verdict import Judgement


class Outcome(StrEnum):
    """How an incident ended, as its log proves it."""

    RESOLVED = "resolved"
    """The repair was verified on fresh data."""
    NOT_RESOLVED = "not_resolved"
    """The repair was carried out and did not help."""
    REJECTED = "rejected"
    """A person did not want the repair."""
    NOTHING_WRONG = "nothing_wrong"
    """There was nothing to repair."""
    ESCALATED = "escalated"
    """People took over; what they found is known only by their verdict."""
    CLOSED = "closed"
    """A person ended it, or its alerts ended by themselves."""


class NamedCause(Observation):
    """A class of fault at an object."""

    fault_class: FaultClass
    object: ObjectRef


class PastVerdict(Observation):
    """What a person said of the cause that was named, and what it was instead where they knew."""

    judgement: Judgement
    actor: str
    actual: NamedCause | None = None


class PastIncident(Observation):
    """An incident that ended, and how much the present one is like it.

    `cause` is what its investigation named, or None after an abstention; `repair` the tool that
    was used. `similarity` is between 0 and 1, `reasons` say in words what both have in common.
    """

    incident_id: str
    ended_at: datetime
    cluster_id: str
    namespace: str
    service: str
    cause: NamedCause | None
    repair: str = ""
    outcome: Outcome
    verdict: PastVerdict | None = None
    similarity: float = Field(ge=0, le=1)
    reasons: tuple[str, ...] = ()

    @property
    def confirmed(self) -> NamedCause | None:
        """Return the cause that a person or a verified repair confirmed; a person's word is last."""
        return confirmed(self.cause, self.outcome, self.verdict)

    @property
    def refuted(self) -> NamedCause | None:
        """Return the cause that a person judged wrong, or whose repair did not help."""
        if self.verdict is None:
            return self.cause if self.outcome is Outcome.NOT_RESOLVED else None
        return self.cause if self.verdict.judgement is Judgement.WRONG else None


def confirmed(
    cause: NamedCause | None, outcome: Outcome, verdict: PastVerdict | None
) -> NamedCause | None:
    """Return the cause of an incident as far as it was proven; a person's word is last."""
    if verdict is None:
        return cause if outcome is Outcome.RESOLVED else None
    return cause if verdict.judgement is Judgement.RIGHT else verdict.actual


class PastIncidents(Observation):
    """`similar_incidents`: the most alike of those `considered`, best first; few at most."""

    incidents: tuple[PastIncident, ...]
    considered: int


class AlertPattern(Observation):
    """How well the alerts of an incident fit past failures of a workload, written as its reference.

    `probability` is over all workloads that were compared; `incidents` are those past ones in which
    it was the cause, the newest first, and `times` how many there are.
    """

    object: str
    probability: float = Field(ge=0, le=1)
    times: int = Field(ge=0)
    incidents: tuple[str, ...] = ()


class AlertPatterns(Observation):
    """What `learned_from` verified past incidents of a cluster teach of the alerts of one that is open.

    The likeliest workload stands first.
    """

    patterns: tuple[AlertPattern, ...]
    learned_from: int = Field(ge=0)
