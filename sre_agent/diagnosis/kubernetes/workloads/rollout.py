"""Rollouts that do not come to an end."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass

_DEADLINE = "ProgressDeadlineExceeded"


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a rollout that overran its deadline, or that is paused half-way."""
    for ref, item in view.workloads.items():
        why = _why(item)
        if why:
            yield cause(
                Suspect(FaultClass.ROLLOUT_STUCK, ref),
                "workload.rollout",
                weights.GENERIC_STATE,
                f"the rollout of {ref.name} does not end: {why}",
                [item.meta.source],
                updated=item.updated,
                desired=item.desired,
            )


def _why(item: Workload) -> str:
    late = next((found for found in item.conditions if found.reason == _DEADLINE), None)
    if late and late.status == "False":
        return late.message or f"{item.updated} of {item.desired} pods updated in time"
    is_halfway = item.desired is not None and 0 < item.updated < item.desired
    if item.is_paused and is_halfway:
        return f"it is paused with {item.updated} of {item.desired} pods updated"
    return ""
