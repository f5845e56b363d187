"""Prometheus' JSON for samples, read into numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mcp_servers.common.envelope import RefusedError

Sample = tuple[datetime, float]
MOST = 1e30
"""What is farther from zero measures nothing, and its sums are infinite."""


@dataclass(frozen=True, slots=True)
class Row:
    """One series, oldest sample first. Plain, for there are thousands of samples in an answer."""

    labels: Mapping[str, str]
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Samples:
    """The series of a result, and how many samples could not be given as numbers."""

    rows: tuple[Row, ...]
    not_numbers: int

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return the sentence about what is missing, if anything is."""
        if not self.not_numbers:
            return ()
        return (f"left out as not numbers (NaN, Inf, histograms): {self.not_numbers} samples",)


def read(data: Any) -> Samples:
    """Return the samples of a query's `data`; series without a number are left out.

    Raises:
        RefusedError: The expression is a string, which is no series.
    """
    kind, result = data["resultType"], data["result"]
    if kind == "string":
        raise RefusedError("invalid_arguments", "the expression is a string, not a time series")
    rows: list[Row] = []
    missing = 0
    moments: dict[float, datetime] = {}  # the series of one answer share theirs
    for each in [{"metric": {}, "value": result}] if kind == "scalar" else result:
        pairs = each["values"] if "values" in each else [each["value"]] if "value" in each else []
        found = tuple(_numbers(pairs, moments))
        missing += len(pairs) - len(found) + len(each.get("histograms", ())) + ("histogram" in each)
        if found:
            rows.append(Row(each["metric"], found))
    return Samples(tuple(rows), missing)


def _numbers(pairs: Iterable[Sequence[Any]], moments: dict[float, datetime]) -> Iterator[Sample]:
    for at, text in pairs:
        value = number(text)
        if value is not None:
            moment = moments.get(at)
            if moment is None:
                moment = moments[at] = datetime.fromtimestamp(at, UTC)
            yield moment, value


def number(text: Any) -> float | None:
    """Return a sample's value, or None for NaN, infinities or nearly so, and what is no number."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if abs(value) <= MOST else None
