"""One call, as a tracing system tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sre_agent.domain.ids import NO_EVIDENCE, EvidenceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What one service did for one request, or waited for.

    `start_s` is seconds since the epoch, `duration_s` seconds. `parent_id` is empty for the root of
    a trace. `kind` is server, client, producer, consumer or internal, in lower case, empty where it
    is unknown; `status` is the protocol's own code, such as 503.
    """

    trace_id: str
    span_id: str
    service: str
    operation: str
    start_s: float
    duration_s: float
    parent_id: str = ""
    instance: str = ""
    kind: str = ""
    is_error: bool = False
    status: str = ""
    message: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    source: EvidenceId = NO_EVIDENCE

    @property
    def end_s(self) -> float:
        """Return when the call was over, in seconds since the epoch."""
        return self.start_s + self.duration_s
