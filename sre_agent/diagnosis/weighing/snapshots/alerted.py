"""Whether the alerts speak of a suspect, or of what depends on it."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.causes import Finding


def weigh(board: Board, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak for what the alert names, or what the alerting workload depends on."""
    if board.incident is None:
        return
    ref, incident = hypothesis.object, board.incident
    suspect = Suspect(hypothesis.fault_class, ref)
    if (ref.namespace, ref.name) == (incident.namespace, incident.service):
        ids = hypothesis.findings[0].evidence_ids
        text = f"the alert names {ref.name}"
        yield suspect.speaks_for("relation.alert_names_it", weights.ALERT_NAMES_IT, text, ids)
        return
    for caller in board.view.workloads:
        if (caller.namespace, caller.name) == (incident.namespace, incident.service):
            source = board.callees.reached_from(caller).get(ref)
            if source:
                yield suspect.speaks_for(
                    "relation.callers_depend_on_it",
                    weights.CALLERS_DEPEND_ON_IT,
                    f"the alerting service depends on {ref.name}",
                    [source],
                )
            return
