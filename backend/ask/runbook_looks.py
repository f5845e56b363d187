"""Looks for runbooks."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.ask import incident_looks
from backend.ask.cluster_looks import ClusterLooks
from backend.db import incident_rows
from sre_agent.ask import other_facts
from sre_agent.ask.asking import Slots
from sre_agent.ask.citing import AskCitation, Fact, Found
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.observations.runbooks import RunbookMatch, RunbookMatches

_SEARCHES = 4


async def find(engine: AsyncEngine, clusters: ClusterLooks, slots: Slots) -> Found:
    """Return the runbooks that fit a service, an incident or words."""
    async with engine.connect() as connection:
        service, alerts = await about(connection, clusters.org_id, slots)
    found, notes = await search(clusters, service, alerts, slots)
    told: dict[AskCitation, Fact] = {}
    for cluster, match in found:
        told.setdefault(
            other_facts.cite_runbook(match, cluster), other_facts.runbook(match, cluster)
        )
    return Found(facts=tuple(told.values()), notes=notes if told else (*notes, "No runbook fits."))


async def search(
    clusters: ClusterLooks, service: str, alerts: Sequence[str], slots: Slots
) -> tuple[list[tuple[str, RunbookMatch]], tuple[str, ...]]:
    """Return the runbooks that fit, each with its cluster, and a sentence for each that was not asked."""
    by = {"service": service} if service else {}
    words = {"query": slots.words} if slots.words and not service else {}
    asked = [by | words | ({"alert": alert} if alert else {}) for alert in alerts]
    found, notes = await clusters.each("runbooks", "search_runbooks", asked, RunbookMatches)
    return [(cluster, match) for cluster, answer in found for match in answer.matches], notes


async def about(connection: AsyncConnection, org_id: str, slots: Slots) -> tuple[str, list[str]]:
    """Return the service and the alerts to look for."""
    if not slots.incident:
        return slots.place.service, [""]
    await incident_looks.meant(connection, org_id, slots)
    incident = await incident_rows.load(connection, IncidentId(slots.incident), org_id=org_id)
    alerts = sorted({alert.name for alert in incident.alerts})[:_SEARCHES]
    return incident.service, alerts or [""]
