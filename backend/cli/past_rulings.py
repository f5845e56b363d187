"""The rulings of the past as the command line gets them: incidents and their logs, by the API."""

from collections.abc import Iterator
from typing import Any

from backend.cli.client import Client
from sre_agent.domain.incident import Incident
from sre_agent.safety import hindsight
from sre_agent.safety.hindsight import Past

_PAGE = 100


def of_incident(api: Client, incident_id: str) -> list[Past]:
    """Return the rulings on an incident's actions, oldest first."""
    org_id = str(api.get("/api/v1/auth/me")["org_id"])
    incident = _read(api.get(f"/api/v1/incidents/{incident_id}"), org_id)
    return hindsight.read(incident, api.events(incident.id))[0]


def of_all(api: Client, limit: int) -> Iterator[tuple[list[Past], int]]:
    """Yield the rulings of each incident, newest first, and how many of them cannot be read.

    `limit` is how many incidents are looked at; 0 is all of them.
    """
    org_id = str(api.get("/api/v1/auth/me")["org_id"])
    told, wanted = 0, dict[str, str | int](limit=_PAGE)
    while True:
        page = api.get("/api/v1/incidents", **wanted)
        for row in page["incidents"]:
            incident = _read(row, org_id)
            yield hindsight.read(incident, api.events(incident.id))
            told += 1
            if told == limit:
                return
        if page["next_cursor"] is None:
            return
        wanted["cursor"] = page["next_cursor"]


def _read(row: dict[str, Any], org_id: str) -> Incident:
    """Return an incident of an answer of the API, as far as rules see it."""
    names = Incident.model_fields.keys() & row.keys() - {"alerts"}
    said = {name: row[name] for name in names}
    return Incident.model_validate({**said, "org_id": org_id, "alerts": ()})
