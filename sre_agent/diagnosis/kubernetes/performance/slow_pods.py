"""The workload that makes the others wait, and what it waits for itself."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.performance import holding_up, named, slowness
from sre_agent.diagnosis.kubernetes.performance.holding_up import Reason
from sre_agent.diagnosis.kubernetes.performance.slowness import Slow
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.metrics.measured import Measured
from sre_agent.domain.objects import ObjectRef

_ITS_OWN = 0.5
"""Who owes less of its delay to itself is a victim."""
_RIVAL = 0.2
"""Who owes less than this share of what the worst owes itself is not worth naming."""
_MOST = 3
"""So many are named: more than one are slow by themselves seldom, and nobody looks at a fourth."""


def analyze(view: View, measured: Measured) -> Iterator[Hypothesis]:
    """Propose those that are slow by themselves, the worst with the most weight."""
    known = named.workloads(view)
    found = [
        item
        for item in slowness.slow(measured.shifts, named.calls(view, measured))
        if item.own_share >= _ITS_OWN and item.entity in known
    ]
    for item in found[:_MOST]:
        if item.own_s >= _RIVAL * found[0].own_s:
            ref = known[item.entity]
            template = view.workloads[ref].template if ref in view.workloads else None
            reason = holding_up.reason(measured.of_entity(item.entity), template)
            yield _cause(item, ref, measured, reason, rank=item.own_s / found[0].own_s)


def _cause(
    item: Slow, ref: ObjectRef, measured: Measured, reason: Reason, *, rank: float
) -> Hypothesis:
    statement = (
        f"{ref.name} answers in {item.worst.now:.3g} s ({item.metric}), before in "
        f"{item.worst.before:.3g} s; nobody it calls explains that, and it {reason.why}"
    )
    finding = Suspect(reason.fault, ref).speaks_for(
        "performance.slow_by_itself",
        weights.SLOW_BY_ITSELF * rank,
        statement,
        measured.ids(item.entity),
    )
    return Hypothesis(reason.fault, ref, statement, (finding,))
