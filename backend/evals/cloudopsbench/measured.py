"""The metrics of a case: its samples where they are kept, else what its alerts say of them."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from backend.evals import numbers
from backend.evals.folders import Folder
from backend.evals.suite import Json
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.telemetry import MetricTable, measures

Column = tuple[str, str]

_MS = 1e-3
_SCALES = {"p50latency": _MS, "p90latency": _MS, "p95latency": _MS, "p99latency": _MS}
_NAMES = {
    "cpu_cfs": measures.CPU_THROTTLED,
    "mem": "memory",
    "rps": "requests",
    "tcp_retans": measures.TCP_RETRANSMITS,
}
_ALERTED = {
    "TRAFFIC_ANOMALY": "network_receive",
    "THROUGHPUT_DROP": "requests",
    "THROUGHPUT_SURGE": "requests",
    "NETWORK_QUALITY_DEGRADED": measures.TCP_RETRANSMITS,
}
_ALERTED_LATENCIES = ("p50latency", "p90latency", "p95latency", "p99latency")
_BEFORE = timedelta(minutes=1)


def table(folder: Folder, zone: timezone) -> MetricTable | None:
    """Return what was measured around the incident, None where nothing was.

    Raises:
        UnreadableSetError: A file cannot be read.
    """
    if folder.exists("metrics.csv"):
        return _samples(folder, zone)
    alerts = folder.json("alert.json") if folder.exists("alert.json") else {}
    return _alerted(alerts.get("alerts", ()), zone)


def _samples(folder: Folder, zone: timezone) -> MetricTable:
    head, *lines = csv.reader(folder.lines("metrics.csv"))
    times = [datetime.fromisoformat(line[0]).replace(tzinfo=zone).timestamp() for line in lines]
    values = numbers.rows((line[1:] for line in lines), len(head) - 1)
    columns = {}
    for place, title in enumerate(head[1:]):
        entity, _, metric = title.rpartition("-")
        scaled = values[:, place] * _SCALES.get(metric, 1.0)
        columns[entity, _NAMES.get(metric, metric)] = scaled
    return MetricTable.build(times, columns, EvidenceId("metrics.csv"))


def _alerted(alerts: list[Json], zone: timezone) -> MetricTable | None:
    """Return two rows: what was normal, and what the alerts found instead."""
    found: dict[Column, list[float]] = {}
    began: datetime | None = None
    for alert in alerts:
        began = _began(alert) or began
        for said in alert.get("evidence", ()):
            for metric, before, now in _deviations(str(said)):
                found.setdefault((alert["name"], metric), [before, now])
    if not found or began is None:
        return None
    onset = began.replace(tzinfo=zone)
    times = [(onset - _BEFORE).timestamp(), onset.timestamp()]
    return MetricTable.build(times, found, EvidenceId("GetAlerts"))


def _began(alert: Json) -> datetime | None:
    written = str(alert.get("time_range", "")).partition(" ~ ")[0].strip()
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def _deviations(said: str) -> Iterator[tuple[str, float, float]]:
    """Read `KIND [Subject] | metric: Normal=1ms -> Current=2ms (+100%) | …`."""
    heading, *parts = said.split(" | ")
    for part in parts:
        title, _, numbers_ = part.rpartition(": ")
        before, arrow, after = numbers_.partition(" -> Current=")
        if not arrow or "Normal=" not in part:
            continue
        metric, scale = _metric(heading, title)
        if metric:
            yield metric, _number(before.partition("=")[2]) * scale, _number(after) * scale


def _metric(heading: str, title: str) -> tuple[str, float]:
    kind, _, subject = heading.partition(" [")
    for latency in _ALERTED_LATENCIES:
        if title.endswith(latency):
            return latency, _MS
    if kind == "RESOURCE_SATURATION":
        return (measures.CPU, 1.0) if subject.startswith("cpu") else ("", 1.0)
    if kind == "TRAFFIC_ANOMALY" and title == "Outbound":
        return "network_transmit", 1.0
    return _ALERTED.get(kind, ""), 1.0


def _number(text: str) -> float:
    digits = ""
    for letter in text.strip():
        if not (letter.isdigit() or letter in ".-+eE"):
            break
        digits += letter
    return numbers.number(digits.rstrip("eE"))
