"""One line that a program wrote, as a log store tells it."""

from dataclasses import dataclass

from sre_agent.domain.ids import NO_EVIDENCE, EvidenceId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """What one instance of a service wrote at one moment.

    `at_s` is seconds since the epoch. `severity` is the store's own word, such as ERROR, empty where
    it has none. `trace_id` and `span_id` name the request it was written for, where that is known.
    """

    at_s: float
    service: str
    text: str
    instance: str = ""
    severity: str = ""
    trace_id: str = ""
    span_id: str = ""
    source: EvidenceId = NO_EVIDENCE
