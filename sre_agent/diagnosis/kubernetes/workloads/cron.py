"""When a cron schedule is due."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""The bounds of minute, hour, day of the month, month, and day of the week (0 and 7 are Sunday)."""
_NAMES: Mapping[int, tuple[str, ...]] = {
    3: ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    4: ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_SHORT = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_PART = re.compile(r"^(?:\*|\?|(\w+)(?:-(\w+))?)(?:/(\d+))?$")
_HORIZON = timedelta(days=4 * 366)
"""A leap day comes every four years; what is not due by then is never due."""
_SUNDAY = 7


@dataclass(frozen=True)
class Schedule:
    """The minutes, hours, days, months and weekdays at which something is due."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_any_day: bool
    is_any_weekday: bool

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first time after a moment at which it is due, in the moment's own time zone."""
        day = moment.date()
        while day - moment.date() < _HORIZON:
            if self._is_on(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        due = moment.replace(
                            year=day.year,
                            month=day.month,
                            day=day.day,
                            hour=hour,
                            minute=minute,
                            second=0,
                            microsecond=0,
                        )
                        if due > moment:
                            return due
            day += timedelta(days=1)
        return None

    def _is_on(self, day: date) -> bool:
        """Return whether a day counts; where both kinds of day are bounded either is enough."""
        is_weekday = day.isoweekday() % _SUNDAY in self.weekdays
        is_day = day.day in self.days
        if self.is_any_day or self.is_any_weekday:
            is_due = is_day and is_weekday
        else:
            is_due = is_day or is_weekday
        return day.month in self.months and is_due


def parse(text: str) -> Schedule | None:
    """Return the schedule that is written, or None where it is none."""
    words = re.sub(r"^(?:CRON_)?TZ=\S+\s+", "", text.strip())
    fields = _SHORT.get(words, words).split()
    if len(fields) != len(_FIELDS):
        return None
    sets = [_values(field, place) for place, field in enumerate(fields)]
    if not all(sets):
        return None
    minutes, hours, days, months, weekdays = (frozenset(item or ()) for item in sets)
    return Schedule(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset(day % _SUNDAY for day in weekdays),
        is_any_day=fields[2] in {"*", "?"},
        is_any_weekday=fields[4] in {"*", "?"},
    )


def _values(field: str, place: int) -> set[int] | None:
    found: set[int] = set()
    for part in field.split(","):
        values = _range(part, place)
        if values is None:
            return None
        found |= set(values)
    return found


def _range(part: str, place: int) -> range | None:
    low, high = _FIELDS[place]
    read = _PART.match(part)
    if read is None or read[3] == "0":
        return None
    step = int(read[3] or 1)
    if read[1] is None:
        return range(low, high + 1, step)
    first, last = _number(read[1], place), _number(read[2] or read[1], place)
    if first is None or last is None or not low <= first <= last <= high:
        return None
    return range(first, (high if read[3] and not read[2] else last) + 1, step)


def _number(word: str, place: int) -> int | None:
    if word.isdigit():
        return int(word)
    names = _NAMES.get(place, ())
    return names.index(word.lower()) + (place == 3) if word.lower() in names else None  # noqa: PLR2004
