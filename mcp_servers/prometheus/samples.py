"""Prometheus' JSON for samples, read into points."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mcp_servers.common.envelope import RefusedError
from mcp_servers.prometheus.answers import Point, Series


@dataclass(frozen=True, slots=True)
class Samples:
    """The series of a result, and how many samples could not be given as numbers."""

    series: tuple[Series, ...]
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
    rows = [{"metric": {}, "value": result}] if kind == "scalar" else result
    series: list[Series] = []
    missing = 0
    for row in rows:
        pairs = row["values"] if "values" in row else [row["value"]] if "value" in row else []
        found = tuple(points(pairs))
        histograms = row.get("histograms", ()) or ([row["histogram"]] if "histogram" in row else ())
        missing += len(pairs) - len(found) + len(histograms)
        if found:
            series.append(Series(labels=row["metric"], points=found))
    return Samples(tuple(series), missing)


def points(pairs: Iterable[Sequence[Any]]) -> Iterable[Point]:
    """Yield the samples that are numbers."""
    for at, text in pairs:
        value = number(text)
        if value is not None:
            yield Point.model_construct(at=datetime.fromtimestamp(at, UTC), value=value)


def number(text: Any) -> float | None:
    """Return a sample's value, or None for NaN, infinities and what is no number."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None
