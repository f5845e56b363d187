"""Blame by traces as hypotheses, to be weighed beside what the cluster itself tells."""

from collections.abc import Iterable

from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.traces.blame import NOBODY, Blame
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

MOST = 3.0
"""Log-odds; calls show where the trouble is, seldom all of why."""


def propose(
    found: Iterable[Blame], namespace: str, ids: Iterable[EvidenceId]
) -> tuple[Hypothesis, ...]:
    """Return the services that stand out as hypotheses.

    Args:
        found: the blame, from one period.
        namespace: where the services live.
        ids: the evidence that the spans and lines stand in; there has to be some.
    """
    cited = tuple(ids)
    proposed = []
    for blame in found:
        if blame.score <= NOBODY:
            continue
        suspect = Suspect(blame.fault_class, ObjectRef.deployment(namespace, blame.service))
        statement = "; ".join(blame.reasons)
        weight = min(MOST, blame.score - NOBODY)
        finding = suspect.speaks_for("traces.stands_out", weight, statement, cited)
        proposed.append(Hypothesis(blame.fault_class, suspect.object, statement, (finding,)))
    return tuple(proposed)
