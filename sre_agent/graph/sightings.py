"""The incident as a run saw it, kept in its log: what was judged can then be judged again."""

from collections.abc import Mapping, Sequence
from typing import Any

from sre_agent.domain.events import Event
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.safety import redaction

KEY = "incident"
_COURSE = {"status", "is_paused", "is_cancelled"}
"""What people and the run itself move: it says nothing of what is wrong."""
_LOOKED_INTO = {
    "status": IncidentStatus.INVESTIGATING,
    "is_paused": False,
    "is_cancelled": False,
}


def of(incident: Incident) -> dict[str, Any]:
    """Return the incident as a log keeps it: secrets in what its alerts tell people are masked."""
    alerts = tuple(
        alert.model_copy(update={"annotations": redaction.redact_json(alert.annotations)})
        for alert in incident.alerts
    )
    seen = incident.model_copy(update={"alerts": alerts})
    return seen.model_dump(mode="json", exclude=_COURSE)


def read(payload: Mapping[str, Any]) -> Incident | None:
    """Return the incident that an event kept, as one that is looked into; None where it kept none.

    Raises:
        pydantic.ValidationError: It kept something else.
    """
    kept = payload.get(KEY)
    if kept is None:
        return None
    found = Incident.model_validate({**_LOOKED_INTO, **kept} if isinstance(kept, dict) else kept)
    return found.model_copy(update=_LOOKED_INTO)


def news(incident: Incident, log: Sequence[Event]) -> dict[str, Any]:
    """Return the incident as a part of a payload; nothing where the log has it like this already."""
    now = of(incident)
    before = (event.payload[KEY] for event in reversed(log) if KEY in event.payload)
    return {} if next(before, None) == now else {KEY: now}
