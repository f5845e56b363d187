"""Reports where people look: the folder, the database, and standard output with a marker."""

import json
import sys

from typing_extensions import override

from backend.db.incidents import PostgresIncidents
from sre_agent.domain.ids import IncidentId

MARKER = "INCIDENT_REPORT"
"""Begins the line that carries a report, so that a log pipeline can find it."""


class PublishingIncidents(PostgresIncidents):
    """The incident port of a worker, which also prints each report as one line of JSON."""

    @override
    async def publish_report(self, incident_id: IncidentId, markdown: str) -> str:
        place = await super().publish_report(incident_id, markdown)
        line = json.dumps({"incident_id": incident_id, "place": place, "report": markdown})
        sys.stdout.write(f"{MARKER} {line}\n")
        sys.stdout.flush()
        return place
