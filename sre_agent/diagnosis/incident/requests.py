"""What the traced requests of an incident show: at whom they begin to fail, or to lose time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sre_agent.diagnosis.incident import traced
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.traces import blame
from sre_agent.diagnosis.traces.blame import Blame, Healthy, Period
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.telemetry.spans import Span

FEWEST_CALM = 15
"""With fewer requests from before the trouble, what is usual is not known: routes differ in what they take."""
FEWEST = 5
"""With fewer requests during the trouble nothing is said."""
FEWEST_AFRESH = 10
"""So many requests it takes to blame another than all of them together do."""
NEWEST = 1 / 3
"""Of the requests in trouble: what is over by these is another trouble, however bad it was."""
LOST_TIME = frozenset({FaultClass.LATENCY_REGRESSION, FaultClass.POD_NETWORK_DELAY})
CLEAR = 0.8
"""So sure one has to be that it is the first who is the culprit, and neither another nor nobody."""


@dataclass(frozen=True)
class Culprit:
    """The one workload at which the trouble of requests begins, with the evidence."""

    object: ObjectRef
    blame: Blame
    ids: tuple[EvidenceId, ...]

    @property
    def statement(self) -> str:
        """Return the reasons, for people."""
        return "; ".join(self.blame.reasons)


def culprit(case: Case, calm_until: datetime, ill_from: datetime) -> Culprit | None:
    """Return where the trouble begins by the traces of a case, or None where they do not tell.

    Args:
        case: what is known.
        calm_until: requests that were over by then are the usual ones.
        ill_from: requests that began since then are those in trouble.
    """
    requests = {trace.trace_id: (seen, trace) for seen in case.traces for trace in seen.fact.traces}
    told = [(trace, tuple(traced.spans(trace, seen.id))) for seen, trace in requests.values()]
    told.sort(key=lambda item: (item[0].at, item[0].trace_id))
    calm = [spans for trace, spans in told if traced.ended(trace) < calm_until]
    ill = [spans for trace, spans in told if trace.at >= ill_from]
    if len(calm) < FEWEST_CALM or len(ill) < FEWEST:
        return None
    found = _blamed(ill, Healthy([_period(calm)]))
    if not found or blame.confidence(found) < CLEAR:
        return None
    ref = _workload(case, found[0].service)
    return Culprit(ref, found[0], tuple(seen.id for seen in case.traces)) if ref else None


def _blamed(ill: Sequence[tuple[Span, ...]], healthy: Healthy) -> Sequence[Blame]:
    """Return who is blamed for all requests in trouble, if also for the newest; else who for these.

    Time that is lost comes and goes by chance: who loses it must be the same early and late.
    """
    late = ill[-max(FEWEST, int(NEWEST * len(ill))) :]
    newest, everything = blame.rank(_period(late), healthy), blame.rank(_period(ill), healthy)
    if not newest or not everything:
        return ()
    if newest[0].service == everything[0].service:
        return everything
    is_afresh = len(late) >= FEWEST_AFRESH and newest[0].fault_class not in LOST_TIME
    return newest if is_afresh else ()


def _period(requests: Sequence[tuple[Span, ...]]) -> Period:
    return Period([span for spans in requests for span in spans])


def _workload(case: Case, service: str) -> ObjectRef | None:
    found = (traced.workload(case.names, seen.fact, service) for seen in case.traces)
    return next((ref for ref in found if ref), None)
