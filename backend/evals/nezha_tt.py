"""Nezha's Train Ticket set: which service is at fault, from a minute of traces, logs and metrics."""

import csv
import io
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from backend.evals import ranking_rules
from backend.evals.folders import Folder
from backend.evals.suite import Json, Prediction, Scores
from sre_agent.diagnosis.traces import blame
from sre_agent.diagnosis.traces.blame import Healthy, Period
from sre_agent.domain.telemetry import LogLine, MetricTable, Span

_POD = re.compile(r"^(?P<service>.+)-[a-z0-9]{6,10}-[a-z0-9]{5}$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_ROOT = "root"
_MINUTE = "%Y-%m-%d %H:%M"
_NANO = 1e9
_STEP_S = 60
_DEPTH = 10
_SHARES = ("CpuUsageRate(%)", "MemoryUsageRate(%)")


def _service(pod: str) -> str:
    found = _POD.match(pod)
    return found["service"] if found else pod


def _rows(text: str) -> Iterator[dict[str, str]]:
    csv.field_size_limit(10**9)
    return iter(csv.DictReader(io.StringIO(text)))


def _spans(text: str) -> list[Span]:
    return [
        Span(
            trace_id=row["TraceID"],
            span_id=row["SpanID"],
            parent_id="" if row["ParentID"] == _ROOT else row["ParentID"],
            service=_service(row["PodName"]),
            instance=row["PodName"],
            operation=row["OperationName"],
            start_s=int(row["StartTimeUnixNano"]) / _NANO,
            duration_s=(int(row["EndTimeUnixNano"]) - int(row["StartTimeUnixNano"])) / _NANO,
        )
        for row in _rows(text)
    ]


def _lines(text: str) -> list[LogLine]:
    return [
        LogLine(
            at_s=int(row["TimeUnixNano"]) / _NANO,
            service=_service(row["PodName"]),
            instance=row["PodName"],
            trace_id=row["TraceID"],
            span_id=row["SpanID"],
            text=_said(row["Log"]),
        )
        for row in _rows(text)
    ]


def _said(line: str) -> str:
    """Return what the container wrote, out of the runtime's envelope."""
    try:
        return str(json.loads(line)["log"])
    except (ValueError, KeyError, TypeError):
        return line


class NezhaRun:
    """The set, opened. Healthy minutes and metrics are shared by the cases and read once."""

    def __init__(self, data: Folder) -> None:
        """Take a folder that holds `cases` and a folder a day."""
        self._data = data
        self._days = [name for name in data.names() if _DAY.match(name)]

    @cached_property
    def cases(self) -> Sequence[str]:
        """Return the cases' names."""
        return self._data.sub("cases").names()

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Return the services' names, which the pods' names begin with."""
        pods = {
            name.removesuffix("_metric.csv")
            for day in self._days
            for name in self._data.sub(day).sub("metric").names("*_metric.csv")
        }
        return frozenset(_service(pod) for pod in pods)

    def predict(self, case: str) -> Prediction:
        """Return the services by how much is held against them."""
        folder = self._data.sub("cases").sub(case)
        period = _period(folder, _asked_about(folder))
        found = blame.rank(period, self._healthy, self._shares)
        return Prediction([item.service for item in found[:_DEPTH]], blame.confidence(found))

    def answer(self, case: str) -> Json | None:
        """Return the set's answer, or None where it has none."""
        folder = self._data.sub("cases").sub(case)
        return folder.label("answer.json") if folder.exists("answer.json") else None

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        """Return whether the first service is the right one."""
        return ranking_rules.rank(prediction.answer, answer["service"]) == 0

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        """Return AS@k."""
        return ranking_rules.score(answers, predictions, "AS", "service")

    @cached_property
    def _healthy(self) -> Healthy:
        """Return what requests do in the healthy minutes of all days."""
        folders = [self._data.sub(day).sub("normal") for day in self._days]
        return Healthy(
            _period(folder, name.removesuffix("_trace.csv"))
            for folder in folders
            for name in folder.names("*_trace.csv")
        )

    @cached_property
    def _shares(self) -> MetricTable:
        """Return what the services' pods use of their limits, at each minute of all days."""
        samples = defaultdict[tuple[str, str], dict[float, float]](dict)
        for day in self._days:
            folder = self._data.sub(day).sub("metric")
            for name in folder.names("*_metric.csv"):
                for row in _rows(folder.text(name)):
                    at = int(row["TimeStamp"]) // _STEP_S * _STEP_S
                    for metric in _SHARES:
                        samples[_service(row["PodName"]), metric][at] = _number(row[metric])
        return MetricTable.from_samples({key: sorted(at.items()) for key, at in samples.items()})


class NezhaTrainTicket:
    """The set, before it is opened."""

    name = "nezha_tt"

    def open(self, data: Folder, history: Folder | None) -> NezhaRun:  # noqa: ARG002 - it needs none
        """Return the set that lies in a folder."""
        return NezhaRun(data)


def _period(folder: Folder, prefix: str) -> Period:
    return Period(
        _spans(folder.text(f"{prefix}_trace.csv")), _lines(folder.text(f"{prefix}_log.csv"))
    )


def _asked_about(folder: Folder) -> str:
    """Return the minute that is asked about, as the files' names say it."""
    prefixes = [name.removesuffix("_trace.csv") for name in folder.names("*_trace.csv")]
    asked = datetime.strptime(folder.json("query.json")["evaluated_minute"], _MINUTE)  # noqa: DTZ007 - a minute
    named = asked.strftime("%H_%M")
    return named if named in prefixes else max(prefixes)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
