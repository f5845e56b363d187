"""Speaking for the one suspect that a look over all of a situation singles out."""

from collections.abc import Callable, Iterator
from typing import Protocol

from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.causes import Finding
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

Weigher = Callable[[Situation, Hypothesis], Iterator[Finding]]


class StandsOut(Protocol):
    """Who stands out, why as part of a sentence, and the evidence."""

    @property
    def object(self) -> ObjectRef:
        """Return who."""

    @property
    def statement(self) -> str:
        """Return why."""

    @property
    def ids(self) -> tuple[EvidenceId, ...]:
        """Return by which evidence."""


def weigher(rule: str, weight: float, found: StandsOut | None) -> Weigher:
    """Return what weighs each suspect of the situation in which somebody, or nobody, stands out."""

    def weigh(_: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
        if found is not None and found.object == hypothesis.object:
            suspect = Suspect(hypothesis.fault_class, hypothesis.object)
            yield suspect.speaks_for(rule, weight, found.statement, found.ids)

    return weigh
