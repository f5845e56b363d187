"""RCAEval's files, read into one table of metrics and a graph of calls."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from backend.evals import numbers
from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.suite import Json
from sre_agent.domain.telemetry import Floats, MetricTable

_SHEETS = ("data.csv", "simple_metrics.csv", "metrics.csv")
_BUCKET_S = 15.0
"""Spans and lines of logs are counted in buckets of this many seconds."""
_BAD_LINE = ("error", "exception", "fatal", "panic", "fail")
_EPOCH_S = 1e11
"""Numbers above this are no seconds since the epoch but parts of them."""
_OK_CODES = frozenset({"", "0", "OK", "Ok", "ok"})
_CLIENT_ERROR = 400

Row = Mapping[str, str]
Samples = Mapping[tuple[str, str], Sequence[tuple[float, float]]]


def metrics(folder: Folder) -> MetricTable:
    """Return the metrics of a case.

    Raises:
        UnreadableSetError: It has none, or they cannot be read.
    """
    for name in _SHEETS:
        if folder.exists(name):
            return numbers.service_metrics(folder.lines(name), str(folder.path / name))
    if folder.exists("metrics.json"):
        return _nested(folder.json("metrics.json"), str(folder.path / "metrics.json"))
    raise UnreadableSetError(f"{folder.path} has none of {', '.join(_SHEETS)}, metrics.json")


def evidence(folder: Folder) -> MetricTable:
    """Return metrics, and what traces and logs add up to, on a common clock.

    Raises:
        UnreadableSetError: A file cannot be read.
    """
    table = metrics(folder)
    counted = {**_of_spans(folder), **_of_lines(folder)}
    if not counted:
        return table
    samples: dict[tuple[str, str], Sequence[tuple[float, float]]] = {
        key: list(_known(table.times, table.column(*key))) for key in table.keys
    }
    return MetricTable.from_samples({**counted, **samples})


def calls(folder: Folder) -> dict[str, set[str]]:
    """Return whom each service calls, by its traces; nothing without any."""
    service_of: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    for row in _rows(folder, "traces.csv"):
        service_of[row.get("spanID", "")] = row.get("serviceName", "")
        pairs.append((row.get("parentSpanID", ""), row.get("serviceName", "")))
    found: dict[str, set[str]] = defaultdict(set)
    for parent, callee in pairs:
        caller = service_of.get(parent)
        if caller and caller != callee:
            found[caller].add(callee)
    return dict(found)


def _nested(content: Json, name: str) -> MetricTable:
    """Read `{service: {metric: [[seconds, value], …]}}`."""
    try:
        samples = {
            (str(service), str(metric)): [(float(at), float(value)) for at, value in pairs]
            for service, named in dict(content).items()
            for metric, pairs in dict(named).items()
        }
    except (TypeError, ValueError) as error:
        raise UnreadableSetError(
            f"{name} is not {{service: {{metric: [[seconds, value]]}}}}: {error}"
        ) from error
    return MetricTable.from_samples(samples)


def _of_spans(folder: Folder) -> Samples:
    """Return how many spans of each service fail, and how long they take, bucket by bucket."""
    failed: dict[tuple[str, float], list[float]] = defaultdict(list)
    lasted: dict[tuple[str, float], list[float]] = defaultdict(list)
    for row in _rows(folder, "traces.csv"):
        place = (row.get("serviceName", ""), _bucket(row.get("startTime") or row.get("time") or ""))
        failed[place].append(float(_is_failure(row.get("statusCode", ""))))
        lasted[place].append(numbers.number(row.get("duration", "")))
    return {
        **_series(failed, "span_errors", sum),
        **_series(lasted, "span_duration", _middle),
    }


def _of_lines(folder: Folder) -> Samples:
    """Return how many lines of trouble each service logs, bucket by bucket."""
    bad: dict[tuple[str, float], list[float]] = defaultdict(list)
    for row in _rows(folder, "logs.csv"):
        place = (
            row.get("container_name", ""),
            _bucket(row.get("timestamp") or row.get("time") or ""),
        )
        message = row.get("message", "").lower()
        bad[place].append(float(any(word in message for word in _BAD_LINE)))
    return _series(bad, "log_errors", sum)


def _series(
    buckets: Mapping[tuple[str, float], list[float]],
    metric: str,
    fold: Callable[[list[float]], float],
) -> dict[tuple[str, str], list[tuple[float, float]]]:
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for (service, at), values in sorted(buckets.items()):
        if service and not np.isnan(at):
            found[service, metric].append((at, float(fold(values))))
    return dict(found)


def _middle(values: list[float]) -> float:
    return float(np.median(values))


def _rows(folder: Folder, name: str) -> Iterator[Row]:
    """Return the rows of a file by the names in its head, none where the case has no such file."""
    if folder.exists(name):
        yield from csv.DictReader(folder.lines(name))


def _bucket(cell: str) -> float:
    """Return the start of the bucket that a time falls into, NaN where it is written in words."""
    try:
        at = float(cell)
    except ValueError:
        return float("nan")
    while at > _EPOCH_S:
        at /= 1000.0
    return at - at % _BUCKET_S


def _is_failure(code: str) -> bool:
    """Return whether a status is a failure, of HTTP or of gRPC."""
    if code in _OK_CODES:
        return False
    try:
        number = int(float(code))
    except ValueError:
        return True
    return number >= _CLIENT_ERROR or 0 < number < 100


def _known(times: Floats, values: Floats) -> Iterator[tuple[float, float]]:
    known = ~np.isnan(values)
    return zip(times[known].tolist(), values[known].tolist(), strict=True)
