"""Durations and sizes as Go programs write them: `1h30m`, `5d`, `250ms`, `20MiB`."""

import re
from collections.abc import Mapping

NS_PER_S = 1_000_000_000
_NS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": NS_PER_S,
    "m": 60 * NS_PER_S,
    "h": 3_600 * NS_PER_S,
    "d": 86_400 * NS_PER_S,
    "w": 7 * 86_400 * NS_PER_S,
    "y": 365 * 86_400 * NS_PER_S,
}
_BYTES: Mapping[str, float] = {"b": 1.0} | {
    f"{letter}{infix}b": float(step**power)
    for power, letter in enumerate("kmgtp", start=1)
    for infix, step in (("", 1000), ("i", 1024))
}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|[smhdwy])")
_WHOLE = re.compile(rf"[-+]?(?:{_PART.pattern})+")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)


def parse_duration(text: str) -> int:
    """Return nanoseconds.

    Raises:
        ValueError: the text is not a duration.
    """
    if text in {"0", "+0", "-0"}:
        return 0
    if not _WHOLE.fullmatch(text):
        raise ValueError(f'not a valid duration string: "{text}"')
    sign = -1 if text.startswith("-") else 1
    return sign * sum(round(float(number) * _NS[unit]) for number, unit in _PART.findall(text))


def parse_bytes(text: str) -> float:
    """Return a number of bytes; `KB` counts in thousands, `KiB` in 1024s.

    Raises:
        ValueError: the text is not a size.
    """
    match = _SIZE.fullmatch(text)
    if match is None or match[2].lower() not in _BYTES:
        raise ValueError(f'not a valid size: "{text}"')
    return float(match[1]) * _BYTES[match[2].lower()]


def _split(amount: int, units: Mapping[str, int]) -> list[tuple[int, str]]:
    parts = []
    for unit, size in units.items():
        count, amount = divmod(amount, size)
        parts.append((count, unit))
    return parts


def go_text(duration_ns: int) -> str:
    """Write a duration of a second or more as Go's `time.Duration` prints it: `1440h0m1s`."""
    whole_s, rest_ns = divmod(duration_ns, NS_PER_S)
    parts = _split(whole_s, {"h": 3600, "m": 60})
    while parts and parts[0][0] == 0:
        parts.pop(0)
    fraction = f".{rest_ns:09d}".rstrip("0") if rest_ns else ""
    return "".join(f"{count}{unit}" for count, unit in parts) + f"{whole_s % 60}{fraction}s"


def short_text(duration_ns: int) -> str:
    """Write a whole number of seconds the Prometheus way: `30d1h`."""
    units = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
    seconds = duration_ns // NS_PER_S
    if seconds % units["w"]:
        del units["w"]  # weeks are used only when they come out even
    parts = _split(seconds, units)
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"
