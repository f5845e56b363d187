"""What the Jaeger server's tools answer: requests on their way through the services."""

from datetime import datetime

from sre_agent.domain.model import Observation


class TracedSpan(Observation):
    """What one service did for one request.

    `number` names the span within its trace, `parent` the span it was made for: none for the root,
    and where that one was not recorded. `after_ms` is when it began, after its trace did. `peer` is
    whom a client says it calls; `status` is the protocol's own code.
    """

    number: int
    parent: int | None
    service: str
    instance: str
    operation: str
    kind: str
    peer: str
    after_ms: float
    took_ms: float
    is_error: bool
    status: str
    message: str


class Trace(Observation):
    """One request through the services."""

    trace_id: str
    at: datetime
    spans: tuple[TracedSpan, ...]

    @property
    def has_failed(self) -> bool:
        """Return whether the outermost span says so; errors within may have been dealt with."""
        return any(span.is_error for span in self.spans if span.parent is None)

    @property
    def took_s(self) -> float:
        """Return how long it took, in seconds, from its first span to the end of the last."""
        return max((span.after_ms + span.took_ms for span in self.spans), default=0.0) / 1000


class TraceSample(Observation):
    """`sample_traces` of one service: requests from before a moment and from after it, unchosen."""

    namespace: str
    service: str
    traced_as: str
    start: datetime
    around: datetime
    end: datetime
    traces: tuple[Trace, ...]
