"""Lists: what was done, what waits for a decision, and incidents as they are asked for."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from house import House
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import audit_trail
from backend.db.admission.manual import open_manually
from backend.db.audit_trail import Wanted
from backend.db.tenancy import Tenant
from sre_agent.domain.plan import Plan

APPROVE = "/api/v1/incidents/{incident_id}/approve"


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {hashlib.sha256(b'root').hexdigest()}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=headers
    ) as client:
        yield client


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_audit_tells_what_was_done_to_incidents_and_to_the_platform(
    client: httpx.AsyncClient, apple: House, plan: Plan, clock: Any
) -> None:
    await clock.sleep(60)
    yes = {"plan_sha256": plan.sha256, "comment": "go"}
    decided = await client.post(apple.fill(APPROVE), json=yes)
    await clock.sleep(60)
    await client.post("/api/v1/halt", json={"reason": "Freeze"})

    page = (await get(client, "audit"))["entries"]

    assert decided.status_code == 200
    assert [(entry["kind"], entry["actor"]) for entry in page[:2]] == [
        ("writing_halted", "root"),
        ("approval_decided", "root"),
    ]
    assert page[0]["summary"] == "Halted all writing: Freeze"
    assert page[0]["incident_id"] is None
    assert page[1]["summary"] == "Plan approved by root through api: go"
    assert page[1]["incident_id"] == apple.ids["incident_id"]
    assert {"incident_opened", "approval_requested", "token_created"} <= {e["kind"] for e in page}
    assert not {"evidence_added", "causes_ranked", "plan_proposed"} & {e["kind"] for e in page}


async def test_the_audit_is_asked_by_incident_person_kind_and_time(
    client: httpx.AsyncClient, apple: House, clock: Any
) -> None:
    await clock.sleep(60)
    since = clock.now().isoformat()
    incident = apple.ids["incident_id"]
    await client.post(f"/api/v1/incidents/{incident}/comment", json={"text": "hello"})

    of_incident = (await get(client, "audit", incident=incident))["entries"]
    by_root = (await get(client, "audit", actor="root"))["entries"]
    halts = (await get(client, "audit", kind=["writing_halted", "commented"]))["entries"]
    lately = (await get(client, "audit", since=since))["entries"]

    assert {entry["incident_id"] for entry in of_incident} == {incident}
    assert [entry["summary"] for entry in by_root] == ["root comments: hello"]
    assert [entry["kind"] for entry in halts] == ["commented", "writing_halted"]
    assert lately == by_root


async def test_pages_of_the_audit_follow_each_other_while_more_is_done(
    client: httpx.AsyncClient, apple: House, clock: Any
) -> None:
    whole = (await get(client, "audit", limit=200))["entries"]

    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(client, "audit", limit=5, **cursor)
        seen += page["entries"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
        await clock.sleep(1)
        await client.post("/api/v1/halt", json={"reason": "again"})

    assert seen == whole
    assert len(seen) > 5


async def test_the_audit_reads_its_own_index_however_much_there_is(
    engine: AsyncEngine, apple: House
) -> None:
    found: list[str] = []

    async with engine.connect() as connection:
        # Of a table with a few rows any plan is as good: only what a large one forbids is left out.
        for slow in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            await connection.execute(sa.text(f"SET LOCAL {slow} = off"))

        class Explaining:
            async def execute(self, query: Any) -> list[Any]:
                text = query.compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True})
                plan = await connection.execute(sa.text(f"EXPLAIN {text}".replace(":", "\\:")))
                found.extend(plan.scalars())
                return []

        await audit_trail.list_page(Explaining(), "default", Wanted(), limit=5)  # type: ignore[arg-type] # what it is asked

    assert any("ix_events_audited" in line for line in found)
    assert any("ix_organization_log_org_id_at_seq" in line for line in found)


async def test_a_decision_waits_until_it_is_made(client: httpx.AsyncClient, apple: House) -> None:
    [waiting] = (await get(client, "decisions", status="open"))["decisions"]
    nothing = (await get(client, "decisions", status="decided"))["decisions"]
    await client.post(apple.fill(APPROVE), json={"plan_sha256": waiting["plan_sha256"]})
    [decided] = (await get(client, "decisions", status="decided"))["decisions"]

    assert nothing == []
    assert (waiting["incident_id"], waiting["title"]) == (
        apple.ids["incident_id"],
        "apple feels slow",
    )
    target = {"kind": "Deployment", "namespace": "prod", "name": "web"}
    assert waiting["actions"] == [{"tool": "rollback_rollout", "target": target, "risk": "medium"}]
    assert (waiting["status"], decided["status"], decided["decided_by"]) == (
        "open",
        "approved",
        "root",
    )
    assert (await get(client, "decisions", status="open"))["decisions"] == []


async def test_the_risk_of_what_is_asked_for_is_what_policy_saw(
    client: httpx.AsyncClient, apple: House, engine: AsyncEngine
) -> None:
    ruling = """jsonb_build_array(jsonb_build_object(
        'action_id', plan::jsonb->'actions'->0->>'id', 'ruling', 'ask', 'rule', 'r', 'reason', 'r',
        'risk', jsonb_build_object('score', 79, 'terms', jsonb_build_array())))"""
    async with engine.begin() as connection:
        where = {"id": apple.ids["incident_id"]}
        text = f"UPDATE approvals SET rulings = {ruling} WHERE incident_id = :id"  # noqa: S608 - ours
        assert (await connection.execute(sa.text(text), where)).rowcount == 1

    page = await get(client, "decisions", status="open")

    asked = [row for row in page["decisions"] if row["incident_id"] == apple.ids["incident_id"]]
    assert [action["risk"] for row in asked for action in row["actions"]] == ["high"]


async def test_a_decision_whose_time_is_over_is_not_open_before_anyone_has_swept(
    client: httpx.AsyncClient, apple: House, plan: Plan, clock: Any
) -> None:
    await clock.sleep(3600)

    waiting = (await get(client, "decisions", status="open"))["decisions"]
    [late] = (await get(client, "decisions", status="decided"))["decisions"]
    shown = await get(client, apple.fill("incidents/{incident_id}"))
    refused = await client.post(apple.fill(APPROVE), json={"plan_sha256": plan.sha256})

    assert waiting == []
    assert (late["status"], shown["approval"]["status"]) == ("expired", "expired")
    assert refused.status_code == 409
    assert refused.json()["decision"]["verdict"] == "expired"


async def test_incidents_are_found_by_words_severity_and_cluster(
    client: httpx.AsyncClient, engine: AsyncEngine, apple: House, clock: Any
) -> None:
    async with engine.begin() as connection:
        other, _ = await open_manually(
            connection,
            Tenant("default", "apple-east"),
            service_key=("prod", "mail_er"),
            actor="ann",
            reason="100% of letters are lost",
            now=clock.now(),
        )
        critical = sa.text("UPDATE incidents SET severity = 'critical' WHERE id = :id")
        await connection.execute(critical, {"id": other})

    async def ids(**params: Any) -> list[str]:
        rows = (await get(client, "incidents", **params))["incidents"]
        return [row["id"] for row in rows]

    assert len(await ids()) == 2
    assert await ids(cluster="apple-east") == [other]
    assert await ids(severity="critical") == [other]
    assert await ids(q="LETTERS lost") == [other]
    assert await ids(q="letters apple-web") == []
    assert await ids(q="100%") == [other]
    assert await ids(q="l_er") == [other]
    assert await ids(q="_") == [other], "no wildcard"
    assert await ids(q="apple-web", status="awaiting_approval") == [apple.ids["incident_id"]]


async def test_the_switch_shows_who_threw_it(client: httpx.AsyncClient, clock: Any) -> None:
    before = await get(client, "halt")
    thrown = (await client.post("/api/v1/halt", json={"reason": "Freeze"})).json()
    during = await get(client, "halt")
    over = (await client.post("/api/v1/resume", json={"reason": "Over"})).json()

    assert before == {
        "halted": False,
        "reason": None,
        "actor": None,
        "since": None,
        "clusters": [],
    }
    assert thrown == during
    assert (during["halted"], during["actor"], during["reason"]) == (True, "root", "Freeze")
    assert over == before
