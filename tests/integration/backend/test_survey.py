"""The cluster is looked over for who calls whom; what cannot be seen changes nothing."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import service_edges
from backend.db.service_edges import ServiceEdge
from backend.db.tenancy import Tenant
from backend.jobs.learning import LearningJournal
from backend.jobs.survey import SurveyError, Surveyor
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.tools import ToolResult
from sre_agent.testing.toolbox import FakeToolbox, ok, refused, unreachable

TENANT = Tenant("default", "default")


def deployments(**calls: str) -> ToolResult:
    items = [
        {
            "object": {"kind": "Deployment", "namespace": "prod", "name": name},
            "containers": [
                {
                    "name": "main",
                    "image": "app:1",
                    "env": [{"name": "UPSTREAM_URL", "value": f"http://{callee}:80"}],
                }
            ],
        }
        for name, callee in calls.items()
    ]
    return ok({"kind": "Deployment", "namespace": "prod", "items": items})


@pytest.fixture
def toolbox() -> FakeToolbox:
    namespaces = {"namespaces": [{"name": "prod", "phase": "Active"}]}
    return FakeToolbox().on("kubernetes", "list_namespaces", ok(namespaces))


@pytest.fixture
def surveyor(toolbox: FakeToolbox, engine: AsyncEngine, clock: Any) -> Surveyor:
    return Surveyor(toolbox=toolbox, engine=engine, clock=clock, tenant=TENANT)


async def edges(engine: AsyncEngine) -> set[tuple[str, str]]:
    async with engine.connect() as connection:
        rows = await connection.execute(sa.text("SELECT caller, callee FROM service_edges"))
        return {(row.caller, row.callee) for row in rows}


async def test_a_survey_stores_the_calls_and_forgets_those_that_are_gone(
    surveyor: Surveyor, toolbox: FakeToolbox, engine: AsyncEngine, clock: Any
) -> None:
    toolbox.on(
        "kubernetes", "list_resources", deployments(web="api", api="db", db="x"), kind="Deployment"
    )
    await surveyor.survey()
    first = await edges(engine)
    clock.time += service_edges.LIFETIME / 24
    toolbox.on(
        "kubernetes", "list_resources", deployments(web="db", api="db", db="x"), kind="Deployment"
    )

    await surveyor.survey()

    assert first == {("web", "api"), ("api", "db")}
    assert await edges(engine) == {("web", "db"), ("api", "db")}
    assert {asked.mode for asked in toolbox.asked} == {"read"}


async def test_what_an_investigation_found_outlives_a_survey_that_does_not_see_it(
    surveyor: Surveyor, toolbox: FakeToolbox, engine: AsyncEngine, clock: Any
) -> None:
    found = [ServiceEdge("prod", "web", "queue")]
    async with engine.begin() as connection:
        await service_edges.store(connection, TENANT, found, source="diagnosis", now=clock.time)
    clock.time += service_edges.LIFETIME / 24

    await surveyor.survey()
    while_young = await edges(engine)
    clock.time += service_edges.LIFETIME
    await surveyor.survey()

    assert while_young == {("web", "queue")}
    assert await edges(engine) == set()


async def test_a_cluster_that_cannot_be_seen_leaves_what_was_known(
    surveyor: Surveyor, toolbox: FakeToolbox, engine: AsyncEngine
) -> None:
    toolbox.on("kubernetes", "list_resources", deployments(web="api", api="x"), kind="Deployment")
    await surveyor.survey()
    toolbox.on("kubernetes", "list_resources", unreachable())

    with pytest.raises(SurveyError, match="connection refused"):
        await surveyor.survey()

    assert await edges(engine) == {("web", "api")}


@pytest.mark.parametrize(
    "namespaces", [["prod"], [{"phase": "Active"}], "prod", None, [{"name": ["prod"]}]]
)
async def test_a_list_of_namespaces_that_cannot_be_read_fails_this_survey_only(
    surveyor: Surveyor, toolbox: FakeToolbox, namespaces: Any
) -> None:
    toolbox.on("kubernetes", "list_namespaces", ok({"namespaces": namespaces}))

    with pytest.raises(SurveyError, match="an unreadable list of namespaces"):
        await surveyor.survey()


async def test_the_dependencies_of_a_diagnosis_are_learned(
    engine: AsyncEngine, clock: Any, make_incident: Any
) -> None:
    id_: IncidentId = await make_incident()
    web, api = (
        {"kind": "Deployment", "namespace": "prod", "name": name} for name in ("web", "api")
    )
    diagnosis = {"dependencies": [{"caller": web, "callee": api, "evidence_ids": ["k8s-1.1"]}]}
    ranked = EventDraft(
        actor="reflector",
        kind=EventKind.CAUSES_RANKED,
        payload={"diagnosis": diagnosis},
        step_key="causes_ranked:1",
    )

    await LearningJournal(engine, clock).of_run(1).append(id_, ranked)

    assert await edges(engine) == {("web", "api")}


async def test_statefulsets_are_surveyed_too_where_the_cluster_shows_them(
    surveyor: Surveyor, toolbox: FakeToolbox, engine: AsyncEngine
) -> None:
    toolbox.on("kubernetes", "list_resources", deployments(web="db"), kind="Deployment")
    toolbox.on("kubernetes", "list_resources", refused("forbidden"), kind="DaemonSet")
    store = ok(
        {
            "kind": "StatefulSet",
            "namespace": "prod",
            "items": [{"object": {"kind": "StatefulSet", "namespace": "prod", "name": "db"}}],
        }
    )
    toolbox.on("kubernetes", "list_resources", store, kind="StatefulSet")

    await surveyor.survey()

    assert await edges(engine) == {("web", "db")}


async def test_deployments_that_are_refused_fail_the_survey(
    surveyor: Surveyor, toolbox: FakeToolbox
) -> None:
    toolbox.on("kubernetes", "list_resources", refused("forbidden"))

    with pytest.raises(SurveyError):
        await surveyor.survey()
