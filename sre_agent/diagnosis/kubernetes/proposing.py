"""A hypothesis from one finding, the common case of an analyzer."""

from collections.abc import Iterable

from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.domain.ids import EvidenceId

Ids = Iterable[EvidenceId | None]


def cause(
    suspect: Suspect, rule: str, weight: float, statement: str, ids: Ids, **facts: Fact
) -> Hypothesis:
    """Return what one finding proposes; evidence that is not known (None) is left out."""
    known = tuple(id_ for id_ in ids if id_ is not None)
    finding = suspect.speaks_for(rule, weight, statement, known)
    return Hypothesis(suspect.fault_class, suspect.object, statement, (finding,), facts=dict(facts))
