"""Single request values: times, durations and counts, with Go's words for what is wrong with them."""

import math
import re
from datetime import datetime

from infrastructure.lab.logs.http.errors import BadRequestError
from infrastructure.lab.logs.logql.durations import NS_PER_S, parse_duration
from infrastructure.lab.logs.logql.strings import quote

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[-+]\d\d:\d\d)")
_INTEGER = re.compile(r"[-+]?\d{1,19}")
# Up to this many digits a whole number counts seconds, beyond it nanoseconds.
_SECONDS_DIGITS = 10


def rfc3339_ns(text: str) -> int:
    """Return nanoseconds since 1970.

    Raises:
        ValueError: the text is not an RFC 3339 time.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f"not an RFC 3339 time: {text}")
    zone = "+00:00" if match[3] == "Z" else match[3]
    seconds = int(datetime.fromisoformat(match[1] + zone).timestamp())
    return seconds * NS_PER_S + int((match[2] or "0").ljust(9, "0"))


def read_time(text: str) -> int:
    """Read seconds (whole or not), nanoseconds or RFC 3339 as nanoseconds since 1970.

    Raises:
        BadRequestError: it is none of these.
    """
    if "." in text:
        seconds = _finite(text)
        if seconds is not None:
            return round(seconds * 1000) * 1_000_000
    if _INTEGER.fullmatch(text):
        return int(text) * (NS_PER_S if len(text) <= _SECONDS_DIGITS else 1)
    try:
        return rfc3339_ns(text)
    except ValueError as err:
        raise BadRequestError(f"strconv.ParseInt: parsing {quote(text)}: invalid syntax") from err


def read_duration(text: str) -> int:
    """Read a duration, or a bare number of seconds, as nanoseconds.

    Raises:
        BadRequestError: it is neither.
    """
    seconds = _finite(text)
    if seconds is not None:
        return round(seconds * NS_PER_S)
    try:
        return parse_duration(text)
    except ValueError as err:
        raise BadRequestError(f"cannot parse {quote(text)} to a valid duration") from err


def read_count(text: str) -> int:
    """Read a positive whole number.

    Raises:
        BadRequestError: it is none.
    """
    if not _INTEGER.fullmatch(text):
        raise BadRequestError(f"strconv.Atoi: parsing {quote(text)}: invalid syntax")
    if int(text) <= 0:
        raise BadRequestError("limit must be a positive value")
    return int(text)


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
