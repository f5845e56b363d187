"""Looks for the owners of a service: who has its incident, whom its runbooks name, and the operator's file."""

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.ask import incident_looks, runbook_looks
from backend.ask.cluster_looks import ClusterLooks
from backend.db import journal
from backend.service_file import ServiceFile
from sre_agent.ask import incident_facts, other_facts
from sre_agent.ask.asking import Known, Place, Slots
from sre_agent.ask.citing import AskCitation, Fact, Found
from sre_agent.ask.lookups import NotThereError
from sre_agent.domain.ids import IncidentId


async def find(
    engine: AsyncEngine, clusters: ClusterLooks, file: ServiceFile, slots: Slots
) -> Found:
    """Return who owns a service, or that nothing says so."""
    async with engine.connect() as connection:
        service, alerts = await runbook_looks.about(connection, clusters.org_id, slots)
        people = await _assigned(connection, clusters.org_id, slots)
    runbooks, notes = await runbook_looks.search(clusters, service, alerts, slots)
    by_runbook: dict[AskCitation, Fact] = {}
    for cluster, match in runbooks:
        if service in match.services and match.owner:
            fact = other_facts.owner(match, service, cluster)
            by_runbook.setdefault(fact.cites[0], fact)
    said = file.read(clusters.org_id)
    declared = [
        other_facts.owned(entry, said.file)
        for entry in file.of_service(clusters.org_id, service, slots.place.namespace)
        if said and entry.owners
    ]
    facts = (*people, *declared, *by_runbook.values())
    remarks = [f"{said.file} is not told as it is now: {said.fault}"] if said and said.fault else []
    if not facts:
        remarks.append(
            f"Nothing names an owner of {service}: no runbook of it and no entry of SERVICES_FILE does, "
            "and nobody has its incident."
        )
    return Found(facts=facts, notes=(*notes, *remarks))


def known(file: ServiceFile, org_id: str, others: Known) -> Known:
    """Return the names that are known with those of the file that nothing else has."""
    said = file.read(org_id)
    names = {entry.service for entry in said.entries} if said else set()
    names -= {place.service for place in others.places}
    places = tuple(Place(service=name) for name in sorted(names))
    return others.model_copy(update={"places": (*others.places, *places)})


async def _assigned(connection: AsyncConnection, org_id: str, slots: Slots) -> list[Fact]:
    """Return who has the service's incident at present."""
    try:
        seen = await incident_looks.meant(connection, org_id, slots)
    except NotThereError:
        return []
    if seen is None or not seen.assigned_to or not seen.status.is_open:
        return []
    return list(incident_facts.assigned(await journal.read(connection, IncidentId(seen.id))))
