"""Small requests to tell: a door calls a shop, which calls a store."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sre_agent.diagnosis.traces.blame import Period
from sre_agent.domain.telemetry import LogLine, Span

EDGES = (("door", "shop"), ("shop", "store"), ("shop", "clock"))


@dataclass(frozen=True)
class Request:
    """How one request went: seconds on the way to a callee, and seconds of a service's own work."""

    wire_s: dict[str, float] = field(default_factory=dict)
    work_s: dict[str, float] = field(default_factory=dict)
    said: dict[str, tuple[str, ...]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()


@dataclass
class _Teller:
    """Writes down one request as it goes."""

    request: Request
    trace: str
    spans: list[Span]
    lines: list[LogLine]

    def serve(self, service: str, parent: str, start_s: float) -> float:
        """Add what a service does from a moment on, and return when it is done."""
        name = f"{service}-serve"
        at_s = start_s + 0.001
        for text in self.request.said.get(service, (f"{service} begins", f"{service} ends")):
            line = LogLine(at_s=at_s, service=service, text=text, trace_id=self.trace, span_id=name)
            self.lines.append(line)
            at_s += 0.0001
        for callee in (callee for caller, callee in EDGES if caller == service):
            call, began_s = f"{service}-{callee}", at_s
            wire_s = self.request.wire_s.get(callee, 0.002)
            at_s += wire_s / 2
            if callee not in self.request.silent:
                at_s = self.serve(callee, call, at_s)
            at_s += wire_s / 2
            self._note(call, name, service, (began_s, at_s))
        at_s += self.request.work_s.get(service, 0.005)
        self._note(name, parent, service, (start_s, at_s))
        return at_s

    def _note(self, name: str, parent: str, service: str, times: tuple[float, float]) -> None:
        span = Span(
            trace_id=self.trace,
            span_id=name,
            parent_id=parent,
            service=service,
            operation="serve" if name.endswith("serve") else "GET",
            start_s=times[0],
            duration_s=times[1] - times[0],
        )
        self.spans.append(span)


def period(requests: Sequence[Request], start_s: float = 1000.0) -> Period:
    """Return the spans and lines of requests, one every ten seconds."""
    spans, lines = list[Span](), list[LogLine]()
    for number, request in enumerate(requests):
        _Teller(request, f"t{number}", spans, lines).serve("door", "", start_s + 10.0 * number)
    return Period(spans, lines)
