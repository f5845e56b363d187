"""Results in the shapes in which Loki answers."""

import math
from decimal import Decimal
from typing import Any

from infrastructure.lab.logs.engine.matrix import Matrix
from infrastructure.lab.logs.engine.operations import Value
from infrastructure.lab.logs.logql.durations import NS_PER_S
from infrastructure.lab.logs.store import Pairs

_SORTS = {"sort": False, "sort_desc": True}


def number_text(value: float) -> str:
    """Write a number in the fewest digits that stand for it, never with an exponent."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    text = format(Decimal(repr(float(value))), "f")
    return text.removesuffix(".0")


def moment(time_ns: int) -> int | float:
    """Write a time in seconds; whole ones without a fraction, the others to the millisecond."""
    milliseconds = time_ns // 1_000_000
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000


def streams_data(found: dict[Pairs, list[tuple[int, str]]]) -> dict[str, Any]:
    """Return a log query's `data`, without its stats."""
    return {
        "resultType": "streams",
        "result": [
            {"stream": dict(labels), "values": [[str(at), line] for at, line in entries]}
            for labels, entries in found.items()
        ],
    }


def matrix_data(value: Value, moments: range) -> dict[str, Any]:
    """Return a metric range query's `data`; a bare number becomes one series without labels."""
    matrix: Matrix = value if isinstance(value, dict) else {(): dict.fromkeys(moments, value)}
    return {
        "resultType": "matrix",
        "result": [
            {
                "metric": dict(labels),
                "values": [[moment(at), number_text(one)] for at, one in series.items()],
            }
            for labels, series in sorted(matrix.items())
        ],
    }


def vector_data(value: Value, time_ns: int, sort: str | None = None) -> dict[str, Any]:
    """Return an instant metric query's `data`, ordered by labels unless the query sorts."""
    if not isinstance(value, dict):
        return {"resultType": "scalar", "result": [time_ns / NS_PER_S, number_text(value)]}
    samples = [(labels, series[time_ns]) for labels, series in sorted(value.items())]
    if sort is not None:
        samples.sort(key=lambda sample: sample[1], reverse=_SORTS[sort])
    return {
        "resultType": "vector",
        "result": [
            {"metric": dict(labels), "value": [moment(time_ns), number_text(one)]}
            for labels, one in samples
        ],
    }
