"""Alertmanager's webhook, version 4."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.errors import PermanentError

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
_PROBLEMS_MAX = 10


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field; `field` is its place in the JSON, such as `alerts[0].status`."""

    field: str
    message: str


class NotJsonError(PermanentError):
    """The body is not JSON."""


class MalformedError(PermanentError):
    """The body is JSON but not a webhook of this version."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the years 1 to 9999 in UTC") from None


_Moment = Annotated[AwareDatetime, AfterValidator(_to_utc)]


class _Alert(BaseModel):
    model_config = ConfigDict(extra="ignore")

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    startsAt: _Moment  # noqa: N815 - Alertmanager's spelling
    endsAt: _Moment | None = None  # noqa: N815 - Alertmanager's spelling
    generatorURL: str = ""  # noqa: N815 - Alertmanager's spelling
    fingerprint: Annotated[str, Field(min_length=1, max_length=128)]


class _Webhook(BaseModel):
    model_config = ConfigDict(extra="ignore")

    version: Literal["4"]
    groupKey: str = ""  # noqa: N815 - Alertmanager's spelling
    alerts: list[_Alert]


def parse(body: bytes) -> list[Alert]:
    """Return every alert of the group, in the order given.

    Raises:
        NotJsonError: The body is not JSON.
        MalformedError: A field is missing or wrong; the field is named.
    """
    # The database has no room for the character zero.
    body = body.replace(b"\\u0000", b"\\ufffd")
    try:
        webhook = _Webhook.model_validate_json(body)
    except ValidationError as error:
        raise _refusal(error) from None
    nameless = [
        Problem(f"alerts[{index}].labels.alertname", "is missing")
        for index, alert in enumerate(webhook.alerts)
        if not alert.labels.get("alertname")
    ]
    if nameless:
        raise MalformedError(tuple(nameless[:_PROBLEMS_MAX]))
    return [_to_domain(alert, webhook.groupKey) for alert in webhook.alerts]


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


def _refusal(error: ValidationError) -> PermanentError:
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    if problems[0]["type"] == "json_invalid":
        return NotJsonError(problems[0]["msg"])
    return MalformedError(
        tuple(Problem(_path(p["loc"]), p["msg"]) for p in problems[:_PROBLEMS_MAX])
    )


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "(the body)"
