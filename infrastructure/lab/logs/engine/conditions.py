"""Label filters as pipeline steps."""

import operator
from collections.abc import Callable, Mapping

from infrastructure.lab.logs.engine.rows import Row, Step
from infrastructure.lab.logs.logql.durations import NS_PER_S, parse_bytes, parse_duration
from infrastructure.lab.logs.logql.regex import compile_regex
from infrastructure.lab.logs.logql.syntax import Comparison, Condition, Junction, ValueKind

COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def seconds(text: str) -> float:
    """Return a duration's seconds.

    Raises:
        ValueError: the text is not a duration.
    """
    return parse_duration(text) / NS_PER_S


def size(text: str) -> float:
    """Return a size's bytes; a bare number is a number of bytes.

    Raises:
        ValueError: the text is not a size.
    """
    return float(text) if text.replace(".", "", 1).isdigit() else parse_bytes(text)


_READ: Mapping[ValueKind, Callable[[str], float]] = {
    ValueKind.NUMBER: float,
    ValueKind.DURATION: seconds,
    ValueKind.BYTES: size,
}


def condition_step(condition: Condition) -> Step:
    """Return the step that keeps the lines which meet a condition."""
    match condition:
        case Junction(op, left, right):
            return _junction_step(op, condition_step(left), condition_step(right))
        case Comparison(kind=ValueKind.TEXT):
            return _text_step(condition)
        case Comparison():
            return _number_step(condition)


def _junction_step(op: str, left: Step, right: Step) -> Step:
    if op == "and":
        return lambda row: left(row) and right(row)
    return lambda row: left(row) or right(row)


def _text_step(condition: Comparison) -> Step:
    name, text = condition.name, condition.text
    if condition.op == "=":
        return lambda row: row.labels.get(name, "") == text
    if condition.op == "!=":
        return lambda row: row.labels.get(name, "") != text
    pattern = compile_regex(text)
    wanted = condition.op == "=~"
    return lambda row: (pattern.fullmatch(row.labels.get(name, "")) is not None) == wanted


def _number_step(condition: Comparison) -> Step:
    name, number, compare = condition.name, condition.number, COMPARE[condition.op]
    read = _READ[condition.kind]

    def step(row: Row) -> bool:
        # Only conditions on text can sort out a line with an error; the others let it pass.
        if row.failed:
            return True
        value = row.labels.get(name)
        if value is None:
            return False
        try:
            return compare(read(value), number)
        except ValueError:
            row.fail("LabelFilterErr", f'strconv.ParseFloat: parsing "{value}": invalid syntax')
            return True

    return step
