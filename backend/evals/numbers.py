"""Numbers as CSV files write them, read into arrays."""

import csv
from collections.abc import Iterable, Sequence

import numpy as np

from backend.evals.folders import UnreadableSetError
from sre_agent.domain.telemetry import Floats, MetricTable

_MISSING = frozenset({"", "nan", "null", "none"})


def number(text: str) -> float:
    """Return a cell as a number, NaN where it is empty.

    Raises:
        UnreadableSetError: It is no number.
    """
    try:
        return float(text)
    except ValueError as error:
        if text.strip().lower() in _MISSING:
            return float("nan")
        raise UnreadableSetError(f"{text!r} stands where a number should") from error


def _numbers(cells: Sequence[str]) -> list[float]:
    """Return cells as numbers: at once where none is empty, which is most rows."""
    try:
        return list(map(float, cells))
    except ValueError:
        return list(map(number, cells))


def rows(cells: Iterable[Sequence[str]], width: int) -> Floats:
    """Return rows of cells as an array of that many columns.

    Raises:
        UnreadableSetError: A row is longer or shorter, or a cell is no number.
    """
    found = [_numbers(row) for row in cells if row]
    if any(len(row) != width for row in found):
        raise UnreadableSetError(f"a row has not the {width} cells that its head names")
    return np.array(found, dtype=np.float64).reshape(len(found), width)


def service_metrics(lines: Sequence[str], name: str) -> MetricTable:
    """Return a sheet whose columns are called `<service>_<metric>`, with seconds in the first.

    Args:
        lines: of the file, the head first.
        name: of the file, for errors.

    Raises:
        UnreadableSetError: The file is empty, or a row of it cannot be read.
    """
    if not lines:
        raise UnreadableSetError(f"{name} is empty")
    head, *body = csv.reader(lines)
    values = rows(body, len(head))
    columns: dict[tuple[str, str], Floats] = {}
    for place, column in enumerate(head[1:], start=1):
        service, _, metric = column.partition("_")
        if metric:
            columns[service, metric] = values[:, place]
    return MetricTable.build(values[:, 0], columns)
