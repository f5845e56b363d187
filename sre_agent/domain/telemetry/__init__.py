"""Numeric evidence: samples of metrics as arrays, calls as spans, and the alerts of detectors."""

from sre_agent.domain.telemetry.alerts import AlertKind, AlertSignal
from sre_agent.domain.telemetry.spans import Span
from sre_agent.domain.telemetry.tables import Floats, MetricKey, MetricTable

__all__ = ["AlertKind", "AlertSignal", "Floats", "MetricKey", "MetricTable", "Span"]
