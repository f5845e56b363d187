"""A hypothesis from what one rule found, the common case of an analyzer."""

from collections.abc import Iterable

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.domain.ids import EvidenceId

Ids = Iterable[EvidenceId | None]
AGREES = "objects_agree"
"""The family of what objects show beside what was said of them: it does not share their source."""


def cause(
    suspect: Suspect, rule: str, weight: float, statement: str, ids: Ids, **facts: Fact
) -> Hypothesis:
    """Return what one rule proposes; evidence that is not known (None) is left out.

    What weighs more than words alone can is put down as two findings: the words, and the objects
    that agree with them.
    """
    known = tuple(id_ for id_ in ids if id_ is not None)
    findings = [suspect.speaks_for(rule, min(weight, weights.FAMILY_CAP), statement, known)]
    beyond = weight - weights.FAMILY_CAP
    if beyond > 0:
        text = "what was read of the objects themselves agrees"
        findings.append(suspect.speaks_for(f"{AGREES}.{rule}", beyond, text, known))
    return Hypothesis(
        suspect.fault_class, suspect.object, statement, tuple(findings), facts=dict(facts)
    )
