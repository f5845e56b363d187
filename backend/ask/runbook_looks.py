"""Looks for runbooks, and for those whom they name as owners."""

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.ask import incident_looks
from backend.ask.cluster_looks import ClusterLooks
from backend.db import incident_rows, journal
from sre_agent.ask import incident_facts, other_facts
from sre_agent.ask.asking import Slots, Topic
from sre_agent.ask.citing import AskCitation, Fact, Found
from sre_agent.ask.lookups import NotThereError
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.observations.runbooks import RunbookMatches

_SEARCHES = 4


async def find(engine: AsyncEngine, clusters: ClusterLooks, topic: Topic, slots: Slots) -> Found:
    """Return the runbooks that fit a service, an incident or words, or the owners of a service."""
    async with engine.connect() as connection:
        service, alerts = await _about(connection, clusters.org_id, slots)
        people: list[Fact] = []
        if topic is Topic.OWNER:
            people = await _assigned(connection, clusters.org_id, slots)
    about = {"service": service} if service else {}
    words = {"query": slots.words} if slots.words and not service else {}
    asked = [about | words | ({"alert": alert} if alert else {}) for alert in alerts]
    found, notes = await clusters.each("runbooks", "search_runbooks", asked, RunbookMatches)
    told: dict[AskCitation, Fact] = {}
    for cluster, answer in found:
        for match in answer.matches:
            if topic is Topic.RUNBOOK:
                told.setdefault(
                    other_facts.cite_runbook(match, cluster), other_facts.runbook(match, cluster)
                )
            elif service in match.services and match.owner:
                fact = other_facts.owner(match, service, cluster)
                told.setdefault(fact.cites[0], fact)
    facts = (*people, *told.values())
    none = (
        "No runbook fits."
        if topic is Topic.RUNBOOK
        else (
            f"Nothing names an owner of {service}: no runbook of it does, and nobody has its incident."
        )
    )
    return Found(facts=facts, notes=notes if facts else (*notes, none))


async def _about(connection: AsyncConnection, org_id: str, slots: Slots) -> tuple[str, list[str]]:
    """Return the service and the alerts to look for."""
    if not slots.incident:
        return slots.place.service, [""]
    await incident_looks.meant(connection, org_id, slots)
    incident = await incident_rows.load(connection, IncidentId(slots.incident), org_id=org_id)
    alerts = sorted({alert.name for alert in incident.alerts})[:_SEARCHES]
    return incident.service, alerts or [""]


async def _assigned(connection: AsyncConnection, org_id: str, slots: Slots) -> list[Fact]:
    """Return who has the service's incident at present."""
    try:
        seen = await incident_looks.meant(connection, org_id, slots)
    except NotThereError:
        return []
    if seen is None or not seen.assigned_to or not seen.status.is_open:
        return []
    return list(incident_facts.assigned(await journal.read(connection, IncidentId(seen.id))))
