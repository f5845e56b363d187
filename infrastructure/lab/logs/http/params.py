"""Request parameters: what was asked, with Loki's defaults and limits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from infrastructure.lab.logs.engine.matrix import Steps
from infrastructure.lab.logs.http.errors import BadRequestError
from infrastructure.lab.logs.http.values import read_count, read_duration, read_time
from infrastructure.lab.logs.logql.durations import NS_PER_S, go_text, short_text

Form = Mapping[str, Sequence[str]]

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 5000
MAX_POINTS: Final = 11_000
MAX_RANGE_NS: Final = 721 * 3600 * NS_PER_S
QUERY_SINCE_NS: Final = 3600 * NS_PER_S
LABELS_SINCE_NS: Final = 6 * QUERY_SINCE_NS
_DEFAULT_STEPS: Final = 250


@dataclass(frozen=True, slots=True)
class RangeRequest:
    """A range query; times and durations in nanoseconds."""

    query: str
    start_ns: int
    end_ns: int
    limit: int
    backward: bool
    step_ns: int
    interval_ns: int

    def steps(self) -> Steps:
        """Return the evaluation moments, moved outwards to multiples of the step as Loki does."""
        start = self.start_ns - self.start_ns % self.step_ns
        end = self.end_ns + -self.end_ns % self.step_ns
        return Steps(start, end, self.step_ns)


def first(form: Form, name: str) -> str:
    """Return a parameter's first value, or nothing."""
    return next(iter(form.get(name, ())), "")


def _read(form: Form, name: str, read: Callable[[str], int], default: int) -> int:
    text = first(form, name)
    if not text:
        return default
    try:
        return read(text)
    except BadRequestError as err:
        raise BadRequestError(f"could not parse '{name}' parameter: {err}") from err


def read_bounds(form: Form, now_ns: int, since_ns: int = QUERY_SINCE_NS) -> tuple[int, int]:
    """Return start and end in nanoseconds; `since` counts back from the end.

    Raises:
        BadRequestError: one of them cannot be read.
    """
    since = _read(form, "since", read_duration, since_ns)
    end = _read(form, "end", read_time, now_ns)
    start = _read(form, "start", read_time, min(end, now_ns) - since)
    return start, end


def read_range(form: Form, now_ns: int) -> RangeRequest:
    """Return what a range query asks for.

    Raises:
        BadRequestError: a parameter cannot be read, or asks for too much.
    """
    start, end = read_bounds(form, now_ns)
    if end <= start:
        raise BadRequestError("end timestamp must not be before or equal to start time")
    limit = read_limit(form)
    backward = _read_direction(form)
    step = _read_step(form, end - start)
    interval = _read(form, "interval", read_duration, 0)
    if interval < 0:
        raise BadRequestError("interval must be >= 0")
    return RangeRequest(first(form, "query"), start, end, limit, backward, step, interval)


def read_limit(form: Form) -> int:
    """Return the number of entries wanted.

    Raises:
        BadRequestError: it is not a positive number.
    """
    text = first(form, "limit")
    return read_count(text) if text else DEFAULT_LIMIT


def _read_direction(form: Form) -> bool:
    text = first(form, "direction") or "backward"
    if text.lower() not in {"forward", "backward"}:
        raise BadRequestError(f"invalid direction '{text}'")
    return text.lower() == "backward"


def _read_step(form: Form, length_ns: int) -> int:
    default = max(1, length_ns // (_DEFAULT_STEPS * NS_PER_S)) * NS_PER_S
    step = _read(form, "step", read_duration, default)
    if step <= 0:
        raise BadRequestError(
            "zero or negative query resolution step widths are not accepted. Try a positive integer"
        )
    if length_ns // step > MAX_POINTS:
        raise BadRequestError(
            "exceeded maximum resolution of 11,000 points per time series. "
            "Try increasing the value of the step parameter"
        )
    return step


def check_entries(limit: int) -> None:
    """Refuse more entries than one answer may hold.

    Raises:
        BadRequestError: too many are asked for.
    """
    if limit > MAX_LIMIT:
        raise BadRequestError(
            "max entries limit per query exceeded, limit > max_entries_limit_per_query "
            f"({limit} > {MAX_LIMIT})"
        )


def check_length(start_ns: int, end_ns: int) -> None:
    """Refuse a longer time than one query may look at.

    Raises:
        BadRequestError: start and end lie too far apart.
    """
    if end_ns - start_ns > MAX_RANGE_NS:
        raise BadRequestError(
            f"the query time range exceeds the limit (query length: {go_text(end_ns - start_ns)}, "
            f"limit: {short_text(MAX_RANGE_NS)})"
        )
