"""What comes in, what becomes of it, and the judgement in between: pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sre_agent.domain import priority
from sre_agent.domain.alert import Alert, AlertStatus
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.priority import Priority

AlertKey = tuple[str, datetime]
"""What makes an alert the same when it comes again: its fingerprint and when it began."""

ServiceKey = tuple[str, str]
"""Namespace and service."""


_NAME_MAX_CHARS = 253  # what Kubernetes allows; four such of any script still fit an index entry


class Disposition(StrEnum):
    """What became of an alert."""

    OPENED = "opened"
    REOPENED = "reopened"
    JOINED = "joined"
    DEDUPLICATED = "deduplicated"
    RESOLVED = "resolved"
    IGNORED = "ignored"


class Step(StrEnum):
    """What has to be done for an alert."""

    BEGIN = "begin"
    """It is new: it opens or joins an incident."""
    END = "end"
    """It was firing and is over."""
    REPEAT = "repeat"
    """It says what is known."""
    END_OF_UNKNOWN = "end_of_unknown"
    """It ends something we never heard of: that starts nothing."""
    IGNORE = "ignore"
    """It is a heartbeat."""


@dataclass(frozen=True)
class Arrival:
    """An alert and the service it is about; `is_actionable` is false for heartbeats.

    `key` identifies the alert, `service_key` is where it belongs, `priority` says how soon it has to
    be looked at. They are worked out once, because a storm asks for them again and again.
    """

    alert: Alert
    service: str
    is_actionable: bool = True
    key: AlertKey = field(init=False)
    service_key: ServiceKey = field(init=False)
    priority: Priority = field(init=False)

    def __post_init__(self) -> None:
        alert = self.alert
        object.__setattr__(self, "key", (alert.fingerprint, alert.starts_at))
        object.__setattr__(self, "service_key", (_fit(alert.namespace), _fit(self.service)))
        object.__setattr__(self, "priority", priority.of(alert))


@dataclass(frozen=True)
class Receipt:
    """What became of one alert, and of which incident it is part."""

    disposition: Disposition
    incident_id: IncidentId | None = None


@dataclass(frozen=True)
class Known:
    """An alert that was recorded before."""

    is_firing: bool
    incident_id: IncidentId


def _fit(name: str) -> str:
    """Return the name, or of one no index can hold the beginning and what tells it apart."""
    if len(name) <= _NAME_MAX_CHARS:
        return name
    mark = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{name[: _NAME_MAX_CHARS - len(mark) - 1]}-{mark}"


def steps(arrivals: Iterable[Arrival], known: Mapping[AlertKey, Known]) -> list[Step]:
    """Return what has to be done for each arrival, as if they came one after another.

    An alert that fires again after it was resolved begins anew: a source that lost sight of it for
    a while keeps the time it began.
    """
    firing = {key: alert.is_firing for key, alert in known.items()}
    taken = []
    for arrival in arrivals:
        step = _step(arrival, was_firing=firing.get(arrival.key))
        taken.append(step)
        if step in {Step.BEGIN, Step.END}:
            firing[arrival.key] = step is Step.BEGIN
    return taken


def _step(arrival: Arrival, *, was_firing: bool | None) -> Step:
    if not arrival.is_actionable:
        return Step.IGNORE
    if arrival.alert.status is AlertStatus.FIRING:
        return Step.REPEAT if was_firing else Step.BEGIN
    if was_firing is None:
        return Step.END_OF_UNKNOWN
    return Step.END if was_firing else Step.REPEAT
