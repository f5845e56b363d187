"""Loki's answers as values: lines, series and counts."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mcp_servers.common.envelope import RefusedError, UnreachableError
from mcp_servers.loki.api import Json
from mcp_servers.loki.window import from_ns

_NS_PER_S = 10**9


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as Loki holds it."""

    at_ns: int
    labels: dict[str, str]
    line: str

    @property
    def at(self) -> datetime:
        """Return when it was written."""
        return from_ns(self.at_ns)


@dataclass(frozen=True, slots=True)
class Samples:
    """One series of a metric query."""

    labels: dict[str, str]
    points: tuple[tuple[datetime, float], ...]


def entries(answer: Json) -> list[Entry]:
    """Return the lines of a log query, in no particular order.

    Raises:
        RefusedError: It was a metric query.
        UnreachableError: The answer has another shape than Loki's.
    """
    kind, result = _result(answer)
    if kind != "streams":
        raise RefusedError("invalid_arguments", "this is a metric query: use query_metric")
    try:
        return [
            Entry(int(value[0]), stream["stream"], value[1])
            for stream in result
            for value in stream["values"]
        ]
    except (KeyError, IndexError, TypeError, ValueError) as err:
        raise UnreachableError("Loki answered with malformed streams") from err


def samples(answer: Json) -> list[Samples]:
    """Return the series of a metric query, without samples that are no numbers.

    Raises:
        RefusedError: It was a log query.
        UnreachableError: The answer has another shape than Loki's.
    """
    kind, result = _result(answer)
    if kind == "streams":
        raise RefusedError("invalid_arguments", "this is a log query: use query_logs")
    try:
        return [
            Samples(one["metric"], tuple(_points(one.get("values") or [one["value"]])))
            for one in result
        ]
    except (KeyError, IndexError, TypeError, ValueError) as err:
        raise UnreachableError("Loki answered with malformed series") from err


def count(answer: Json) -> int:
    """Return the one number of an instant query; nothing counts as zero."""
    return round(sum(value for one in samples(answer) for _, value in one.points))


def warnings(answer: Json) -> tuple[str, ...]:
    """Return what Loki itself says about the completeness of its answer."""
    found = answer.get("warnings")
    return tuple(f"Loki warns: {text}" for text in found) if isinstance(found, list) else ()


def strings(answer: Json) -> list[str]:
    """Return a list of names; Loki leaves `data` out when there are none."""
    data = answer.get("data") or []
    if not isinstance(data, list):
        raise UnreachableError("Loki answered with a malformed list")
    return [str(item) for item in data]


def label_sets(answer: Json) -> list[dict[str, str]]:
    """Return the label sets of a series query."""
    data = answer.get("data") or []
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise UnreachableError("Loki answered with a malformed list of streams")
    return data


def _points(values: list[Any]) -> Iterator[tuple[datetime, float]]:
    for at, text in values:
        value = float(text)
        if math.isfinite(value):
            yield from_ns(round(float(at) * _NS_PER_S)), value


def _result(answer: Json) -> tuple[str, list[Any]]:
    data = answer.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("result"), list):
        raise UnreachableError("Loki answered without a result")
    return str(data.get("resultType")), data["result"]
