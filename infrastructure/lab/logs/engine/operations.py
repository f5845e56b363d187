"""Binary operations: arithmetic, comparisons and sets, of numbers and series."""

import math
import operator
from collections.abc import Callable, Mapping

from infrastructure.lab.logs.engine.conditions import COMPARE
from infrastructure.lab.logs.engine.matrix import Matrix, Series, group_key
from infrastructure.lab.logs.logql.errors import QueryError
from infrastructure.lab.logs.logql.syntax import BinaryOperation, Grouping, Matching
from infrastructure.lab.logs.store import Pairs

Value = float | Matrix


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    return math.nan if not left or math.isnan(left) else math.copysign(math.inf, left)


def _power(left: float, right: float) -> float:
    try:
        return math.pow(left, right)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def _modulo(left: float, right: float) -> float:
    return math.fmod(left, right) if right else math.nan


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _modulo,
    "^": _power,
}


def combine(operation: BinaryOperation, left: Value, right: Value) -> Value:
    """Return the outcome; of two numbers a number, else series.

    Raises:
        QueryError: several series of one side belong to one of the other.
    """
    if isinstance(left, dict) and isinstance(right, dict):
        if operation.op in {"and", "or", "unless"}:
            return _combine_sets(operation, left, right)
        return _combine_series(operation, left, right)
    if isinstance(left, dict) and not isinstance(right, dict):
        number = right
        return _each(left, lambda value: _apply(operation, value, number, value))
    if isinstance(right, dict) and not isinstance(left, dict):
        other = left
        return _each(right, lambda value: _apply(operation, other, value, value))
    return _of_numbers(operation, left, right)


def _of_numbers(operation: BinaryOperation, left: Value, right: Value) -> float:
    if isinstance(left, dict) or isinstance(right, dict):
        raise TypeError("two numbers are needed")
    if operation.op in COMPARE:
        return float(COMPARE[operation.op](left, right))
    return _ARITHMETIC[operation.op](left, right)


def _apply(operation: BinaryOperation, left: float, right: float, kept: float) -> float | None:
    if operation.op not in COMPARE:
        return _ARITHMETIC[operation.op](left, right)
    holds = COMPARE[operation.op](left, right)
    if operation.returns_bool:
        return float(holds)
    return kept if holds else None


def _each(matrix: Matrix, change: Callable[[float], float | None]) -> Matrix:
    outcome: Matrix = {}
    for labels, series in matrix.items():
        changed = {
            moment: new for moment, value in series.items() if (new := change(value)) is not None
        }
        if changed:
            outcome[labels] = changed
    return outcome


def _pairing(matching: Matching | None, labels: Pairs) -> Pairs:
    if matching is None:
        return labels
    return group_key(dict(labels), Grouping(not matching.on, matching.labels))


def _by_pairing(matching: Matching | None, matrix: Matrix) -> dict[Pairs, Series]:
    found: dict[Pairs, Series] = {}
    for labels, series in matrix.items():
        key = _pairing(matching, labels)
        if key in found:
            raise QueryError(
                "multiple matches for labels: many-to-one matching must be explicit "
                "(group_left/group_right)"
            )
        found[key] = series
    return found


def _combine_series(operation: BinaryOperation, left: Matrix, right: Matrix) -> Matrix:
    lefts = _by_pairing(operation.matching, left)
    rights = _by_pairing(operation.matching, right)
    outcome: Matrix = {}
    for key, series in lefts.items():
        other = rights.get(key, {})
        combined = {
            moment: new
            for moment, value in series.items()
            if moment in other
            and (new := _apply(operation, value, other[moment], value)) is not None
        }
        if combined:
            outcome[key] = combined
    return outcome


def _combine_sets(operation: BinaryOperation, left: Matrix, right: Matrix) -> Matrix:
    if operation.op == "or":
        missing = _restrict(operation, right, left, present=False)
        return {
            labels: {**missing.get(labels, {}), **left.get(labels, {})}
            for labels in (*left, *(labels for labels in missing if labels not in left))
        }
    return _restrict(operation, left, right, present=operation.op == "and")


def _restrict(operation: BinaryOperation, kept: Matrix, other: Matrix, *, present: bool) -> Matrix:
    moments: dict[Pairs, set[int]] = {}
    for labels, series in other.items():
        moments.setdefault(_pairing(operation.matching, labels), set()).update(series)
    outcome: Matrix = {}
    for labels, series in kept.items():
        there = moments.get(_pairing(operation.matching, labels), set())
        chosen = {at: value for at, value in series.items() if (at in there) == present}
        if chosen:
            outcome[labels] = chosen
    return outcome
