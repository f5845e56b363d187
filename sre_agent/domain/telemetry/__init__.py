"""What systems report by the thousand: samples as arrays, spans, log lines, and detectors' alerts."""

from sre_agent.domain.telemetry.alerts import AlertKind, AlertSignal
from sre_agent.domain.telemetry.lines import LogLine
from sre_agent.domain.telemetry.spans import Span
from sre_agent.domain.telemetry.tables import Floats, MetricKey, MetricTable

__all__ = ["AlertKind", "AlertSignal", "Floats", "LogLine", "MetricKey", "MetricTable", "Span"]
