"""Alertmanager's webhook, version 4."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from backend.intake import bodies, refusals
from backend.intake.moments import Moment
from backend.intake.refusals import PROBLEMS_MAX, MalformedError, NotJsonError, Problem
from sre_agent.domain.alert import Alert, AlertStatus, Severity

SOURCE = "alertmanager"

_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "page": Severity.CRITICAL,
    "emergency": Severity.CRITICAL,
    "fatal": Severity.CRITICAL,
    "error": Severity.CRITICAL,
    "high": Severity.CRITICAL,
    "warning": Severity.WARNING,
    "warn": Severity.WARNING,
    "medium": Severity.WARNING,
    "info": Severity.INFO,
    "low": Severity.INFO,
    "none": Severity.NONE,
}


@dataclass(frozen=True)
class Parsed:
    """The alerts of a group that can be taken, in the order given, and what is wrong with others.

    `refused` tells by the place of each alert that cannot be taken what is wrong with it.
    """

    alerts: tuple[Alert, ...]
    refused: Mapping[int, tuple[Problem, ...]]


class _Alert(BaseModel):
    model_config = ConfigDict(extra="ignore")

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    startsAt: Moment  # noqa: N815 - Alertmanager's spelling
    endsAt: Moment | None = None  # noqa: N815 - Alertmanager's spelling
    generatorURL: str = ""  # noqa: N815 - Alertmanager's spelling
    fingerprint: Annotated[str, Field(min_length=1, max_length=128)]


class _Webhook(BaseModel):
    model_config = ConfigDict(extra="ignore")

    version: Literal["4"]
    groupKey: str = ""  # noqa: N815 - Alertmanager's spelling
    alerts: list[_Alert]


def parse(body: bytes) -> Parsed:
    """Return the alerts of the group; one that is wrong does not take the others with it.

    Raises:
        NotJsonError: The body is not JSON.
        MalformedError: The envelope is wrong, or every alert in it; the fields are named.
    """
    body = bodies.storable(body)
    refused: dict[int, list[Problem]] = {}
    try:
        webhook = _Webhook.model_validate_json(body)
    except ValidationError as error:
        refused = _refused(error)
        webhook = _Webhook.model_validate_json(_without(body, refused))
    sent = len(webhook.alerts) + len(refused)
    places = [place for place in range(sent) if place not in refused]
    named = []
    for place, alert in zip(places, webhook.alerts, strict=True):
        if alert.labels.get("alertname"):
            named.append(alert)
        else:
            refused[place] = [Problem(f"alerts[{place}].labels.alertname", "is missing")]
    if refused and not named:
        problems = [problem for place in sorted(refused) for problem in refused[place]]
        raise MalformedError(tuple(problems[:PROBLEMS_MAX]))
    return Parsed(
        alerts=tuple(_to_domain(alert, webhook.groupKey) for alert in named),
        refused={place: tuple(refused[place][:PROBLEMS_MAX]) for place in sorted(refused)},
    )


def _refused(error: ValidationError) -> dict[int, list[Problem]]:
    """Return what is wrong with which alerts.

    Raises:
        NotJsonError: The body is not JSON.
        MalformedError: Something else than an alert is wrong.
    """
    details = error.errors(include_input=False, include_url=False, include_context=False)
    if details[0]["type"] == "json_invalid":
        raise NotJsonError(details[0]["msg"])
    found: dict[int, list[Problem]] = {}
    outside: list[Problem] = []
    for detail in details:
        place = _place(detail)
        (outside if place is None else found.setdefault(place, [])).append(
            Problem(refusals.place(detail["loc"]), detail["msg"])
        )
    if outside:
        raise MalformedError(tuple(outside[:PROBLEMS_MAX]))
    return found


def _place(detail: ErrorDetails) -> int | None:
    """Return the place of the alert that an error is about; None when it is about the envelope."""
    match detail["loc"]:
        case ("alerts", int() as place, *_):
            return place
        case _:
            return None


def _without(body: bytes, refused: Mapping[int, object]) -> bytes:
    """Return the webhook without the alerts that are refused."""
    sent = from_json(body)
    kept = [alert for place, alert in enumerate(sent["alerts"]) if place not in refused]
    return to_json({**sent, "alerts": kept})


def _to_domain(alert: _Alert, group_key: str) -> Alert:
    # Validated again: skipping that, by `model_construct`, takes twice as long.
    return Alert(
        source=SOURCE,
        fingerprint=alert.fingerprint,
        status=AlertStatus(alert.status),
        name=alert.labels["alertname"],
        severity=_SEVERITIES.get(alert.labels.get("severity", "").lower(), Severity.WARNING),
        labels=alert.labels,
        annotations=alert.annotations,
        starts_at=alert.startsAt,
        ends_at=_end(alert.endsAt) if alert.status == "resolved" else None,
        generator_url=alert.generatorURL,
        group_key=group_key,
    )


def _end(moment: datetime | None) -> datetime | None:
    # Go's zero time, the year 1, means that there is none.
    return None if moment is None or moment.year == 1 else moment
