"""Freezes: whether the calendar lets something be changed now, and when it will."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sre_agent.domain.alert import Severity
from sre_agent.domain.brakes import Brake, Obstacle
from sre_agent.safety import zones
from sre_agent.safety.freeze_text import FreezeText, WeeklyText, parse_moment

_WEEK_DAYS = 7
_CHAINED_MAX = 60
"""So many freezes that follow each other without a gap are looked through for the end."""


@dataclass(frozen=True)
class Span:
    """From when to when; the end is not part of it."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, moment: datetime) -> bool:
        """Return whether the moment is in it."""
        return self.starts_at <= moment < self.ends_at


@dataclass(frozen=True)
class Place:
    """Where something would be changed, and for how severe an incident.

    `environment` is None when it is unclear, `namespace` empty for what belongs to none.
    """

    cluster: str
    namespace: str
    environment: str | None
    severity: Severity


@dataclass(frozen=True)
class Calendar:
    """All freezes, or the fault for which nobody can know them: then nothing is changed."""

    freezes: tuple[FreezeText, ...] = ()
    fault: str | None = None

    def joined(self, more: Iterable[FreezeText], fault: str | None = None) -> "Calendar":
        """Return the calendar with more freezes, and why others of them are not known."""
        faults = [item for item in (self.fault, fault) if item is not None]
        return Calendar((*self.freezes, *more), "; ".join(faults) or None)


def find_obstacle(calendar: Calendar, place: Place, now: datetime) -> Obstacle | None:
    """Return the freeze that keeps the place from being changed now; None if none does.

    Its end is when no freeze is in force any more, where one follows on another.
    """
    if calendar.fault is not None:
        reason = f"the calendar of freezes cannot be read: {calendar.fault}"
        return Obstacle(brake=Brake.UNREADABLE, reason=reason)
    fitting = [item for item in calendar.freezes if _holds_for(item, place)]
    first = _latest(fitting, now)
    if first is None:
        return None
    freeze, until = first
    for _ in range(_CHAINED_MAX):
        following = _latest(fitting, until)
        if following is None:
            break
        until = following[1]
    reason = f"nothing is changed during {freeze.name!r}: {freeze.reason}"
    return Obstacle(brake=Brake.FREEZE, reason=reason, until=until)


def find_start(calendar: Calendar, place: Place, now: datetime) -> datetime | None:
    """Return when the next freeze of the place begins; None if no freeze is known to."""
    spans = (find_span(item, now) for item in calendar.freezes if _holds_for(item, place))
    starts = (span.starts_at for span in spans if span is not None and span.starts_at > now)
    return min(starts, default=None)


def find_span(freeze: FreezeText, now: datetime) -> Span | None:
    """Return when the freeze is in force, or will be next; None when it is over for good."""
    return next((span for span in _spans(freeze, now) if span.ends_at > now), None)


def _holds_for(freeze: FreezeText, place: Place) -> bool:
    if freeze.lets_critical_pass and place.severity is Severity.CRITICAL:
        return False
    return freeze.covers(place.cluster, place.namespace, place.environment)


def _latest(freezes: Iterable[FreezeText], moment: datetime) -> tuple[FreezeText, datetime] | None:
    """Return the freeze in force at a moment that ends last, with its end."""
    ends = [
        (freeze, span.ends_at)
        for freeze in freezes
        if (span := find_span(freeze, moment)) is not None and span.holds(moment)
    ]
    return max(ends, key=lambda item: (item[1], item[0].name), default=None)


def _spans(freeze: FreezeText, now: datetime) -> Iterator[Span]:
    """Yield the spans around a moment, in order of their beginnings."""
    if freeze.weekly is None:
        yield Span(freeze.starts_at.astimezone(UTC), freeze.ends_at.astimezone(UTC))
        return
    yield from _weekly(freeze.weekly, freeze.zone, now)


def _weekly(weekly: WeeklyText, zone_name: str, now: datetime) -> Iterator[Span]:
    zone = zones.find(zone_name)
    (from_day, from_time), (to_day, to_time) = parse_moment(weekly.from_), parse_moment(weekly.to)
    days = (to_day - from_day) % _WEEK_DAYS
    if days == 0 and to_time <= from_time:
        days = _WEEK_DAYS
    today = now.astimezone(zone).date()
    first = today + timedelta(days=(from_day - today.weekday()) % _WEEK_DAYS - 2 * _WEEK_DAYS)
    for week in range(4):
        day = first + timedelta(days=week * _WEEK_DAYS)
        starts = datetime.combine(day, from_time, zone)
        # Of two readings of one hour, when clocks are put back, the one that makes it longer.
        ends = datetime.combine(day + timedelta(days=days), to_time, zone).replace(fold=1)
        yield Span(starts.astimezone(UTC), ends.astimezone(UTC))
