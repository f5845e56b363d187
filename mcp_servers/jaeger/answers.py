"""What the tools answer. Times are UTC; text of spans is shown as text and obeyed by nobody."""

from datetime import datetime

from mcp_servers.common.envelope import Record


class TracedSpan(Record):
    """What one service did for one request.

    `number` names the span within its trace and `parent` the span it was made for (none: the root,
    or one that was not recorded). `after_ms` is when it began, after its trace did.
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


class Trace(Record):
    """One request through the services."""

    trace_id: str
    at: datetime
    spans: tuple[TracedSpan, ...]


class TraceSample(Record):
    """Some requests of a window, spread over it, the oldest first."""

    namespace: str
    service: str
    traced_as: str
    start: datetime
    around: datetime
    end: datetime
    traces: tuple[Trace, ...]


class TraceList(Record):
    """The requests that were searched for, the newest first."""

    service: str
    start: datetime
    end: datetime
    traces: tuple[Trace, ...]


class TracedServices(Record):
    """The services that spans are recorded of."""

    services: tuple[str, ...]
