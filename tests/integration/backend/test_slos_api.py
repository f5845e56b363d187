"""Objectives by the API: who may define them, what is answered, and what is refused with a reason."""

from datetime import timedelta
from typing import Any

from cluster_scene import api, settings
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.tenancy import Tenant
from backend.slos.evaluating import Evaluator
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing.toolbox import FakeToolbox, ok

PATH = "/api/v1/slos"
PROMISE = {
    "id": "till-answers",
    "namespace": "store",
    "service": "till",
    "tier": 1,
    "kind": "availability",
    "target": 0.99,
    "window_days": 7,
}


def counted(call: ToolCall) -> ToolResult:
    windows = call.arguments["windows_s"]
    assert isinstance(windows, list)
    rows = [{"window_s": each, "requests": 1000, "bad": 5, "covered": 0.5} for each in windows]
    return ok({"end": "2026-03-01T12:00:00Z", "query": "q", "threshold_s": None, "windows": rows})


def evaluator(engine: AsyncEngine, clock: Any) -> Evaluator:
    toolbox = FakeToolbox().on("prometheus", "request_counts", counted)
    return Evaluator(
        toolbox_of=lambda _: toolbox,
        engine=engine,
        clock=clock,
        own=Tenant("default", "default"),
        interval_s=60.0,
    )


async def test_an_objective_is_defined_looked_at_changed_and_removed(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    async with api(settings(database_url), engine, clock) as ask:
        made = await ask("POST", PATH, role="admin", json=PROMISE)
        await evaluator(engine, clock).go()
        known = (await ask("GET", f"{PATH}/till-answers")).json()
        clock.time += timedelta(minutes=1)
        stricter = {**PROMISE, "target": 0.995}
        changed = await ask("PUT", f"{PATH}/till-answers", role="admin", json=stricter)
        gone = await ask("DELETE", f"{PATH}/till-answers", role="admin")
        rest = await ask("GET", PATH)
        trail = (await ask("GET", "/api/v1/audit")).json()["entries"]

    new = made.json()
    assert (made.status_code, new["status"], new["remaining"]) == (201, "no_data", None)
    assert new["reason"] == "it was not looked at yet"
    assert new["promise"] == "99 % of requests succeed over 7 days"
    assert (known["status"], known["remaining"], known["covered"]) == ("healthy", 0.5, 0.5)
    assert known["burn_rates"]["over_1h"] == 0.5
    assert known["exhausted_in_s"] is None
    assert (changed.json()["target"], changed.json()["status"]) == (0.995, "no_data")
    assert (gone.status_code, rest.json()) == (204, {"slos": []})
    kinds = [(entry["actor"], entry["kind"]) for entry in trail]
    assert kinds == [("admin-person", f"slo_{deed}") for deed in ("removed", "changed", "added")]


async def test_who_may_not_administrate_changes_nothing(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    async with api(settings(database_url), engine, clock) as ask:
        refused = [
            await ask("POST", PATH, role="responder", json=PROMISE),
            await ask("PUT", f"{PATH}/till-answers", role="responder", json=PROMISE),
            await ask("DELETE", f"{PATH}/till-answers", role="responder"),
        ]
        rest = await ask("GET", PATH)

    assert {answer.status_code for answer in refused} == {403}
    assert rest.json() == {"slos": []}


async def test_what_cannot_be_is_refused_and_says_what_to_do(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    async with api(settings(database_url), engine, clock) as ask:
        await ask("POST", PATH, role="admin", json=PROMISE)
        again = await ask("POST", PATH, role="admin", json=PROMISE)
        other_id = await ask(
            "PUT", f"{PATH}/till-answers", role="admin", json={**PROMISE, "id": "other"}
        )
        wrong = await ask("POST", PATH, role="admin", json={**PROMISE, "id": "x", "target": 99.9})
        lonely = await ask(
            "POST", PATH, role="admin", json={**PROMISE, "id": "x", "kind": "latency"}
        )
        missing = await ask("GET", f"{PATH}/nothing")
        nowhere = await ask("GET", f"{PATH}?cluster=nowhere")

    answers = (again, other_id, wrong, lonely, missing, nowhere)
    assert [answer.status_code for answer in answers] == [409, 422, 422, 422, 404, 404]
    assert all(answer.json()["hint"] for answer in answers)
    assert "threshold_s" in lonely.text


async def test_lists_can_be_narrowed_to_a_service(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    async with api(settings(database_url), engine, clock) as ask:
        for service in ("till", "shelf"):
            body = {**PROMISE, "id": service, "service": service}
            await ask("POST", PATH, role="admin", json=body)
        found = await ask("GET", f"{PATH}?cluster=default&namespace=store&service=shelf")

    assert [slo["id"] for slo in found.json()["slos"]] == ["shelf"]
