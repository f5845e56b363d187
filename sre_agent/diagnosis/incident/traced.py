"""Traced requests as the engine reads them: spans with times of their own, under workloads' names."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sre_agent.diagnosis.incident.names import Names
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.traces import Trace, TracedSpan, TraceSample
from sre_agent.domain.telemetry.spans import Span

CALLS = frozenset({"client", "producer"})


def spans(trace: Trace, source: EvidenceId) -> Iterator[Span]:
    """Yield the spans of a request, the evidence they stand in on each."""
    begun_s = trace.at.timestamp()
    for told in trace.spans:
        yield Span(
            trace_id=trace.trace_id,
            span_id=str(told.number),
            parent_id="" if told.parent is None else str(told.parent),
            service=told.service,
            operation=told.operation,
            start_s=begun_s + told.after_ms / 1000,
            duration_s=told.took_ms / 1000,
            instance=told.instance,
            kind=told.kind,
            is_error=told.is_error,
            status=told.status,
            message=told.message,
            attributes={"peer": told.peer} if told.peer else {},
            source=source,
        )


def ended(trace: Trace) -> datetime:
    """Return when the last span of a request was over."""
    return trace.at + timedelta(seconds=trace.took_s)


def calls(sample: TraceSample) -> frozenset[tuple[str, str]]:
    """Return who called whom, under the names that the spans bear."""
    return frozenset(pair for trace in sample.traces for pair in _calls(trace))


def workload(names: Names, sample: TraceSample, service: str) -> ObjectRef | None:
    """Return the workload that spans are recorded of, or None where it is none that is known.

    Meshes and libraries put the namespace before the name, or behind it.
    """
    place = sample.namespace
    if service == sample.traced_as:
        return names.resolve(place, sample.service)
    spelled = [service, *(service.removesuffix(f"{mark}{place}") for mark in "-.")]
    spelled += [service.removeprefix(f"{place}{mark}") for mark in "/.-"]
    found = (names.resolve(place, name) for name in dict.fromkeys(spelled))
    return next((ref for ref in found if ref), None)


def _calls(trace: Trace) -> Iterator[tuple[str, str]]:
    known = {span.number: span for span in trace.spans}
    answered = {span.parent for span in trace.spans}
    for span in trace.spans:
        caller = known.get(span.parent) if span.parent is not None else None
        if caller is not None and caller.service != span.service:
            yield caller.service, span.service
        elif _goes_out(span) and span.number not in answered:
            yield span.service, span.peer


def _goes_out(span: TracedSpan) -> bool:
    return span.kind in CALLS and bool(span.peer)
