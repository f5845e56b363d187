"""What models took is told by incident, by organization, and to Prometheus."""

from typing import Any

import httpx
import pytest
from api_scene import bearer, fire
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.cli import model_use as told
from backend.llm.budgets import Budgets
from backend.llm.ledger import PostgresLedger
from sre_agent.domain.ids import IncidentId, OrgId
from sre_agent.llm.leash import Account, Estimate
from sre_agent.llm.mind import MindBudgetSpentError, Spent, Usage
from sre_agent.llm.outcome import Outcome


async def test_what_models_took_is_shown(
    client: httpx.AsyncClient, engine: AsyncEngine, clock: Any
) -> None:
    [incident] = await fire(client, "web")
    ledger = PostgresLedger(engine, Budgets({}))
    account = Account(
        incident_id=IncidentId(incident),
        org_id=OrgId("default"),
        role="reflector",
        model='odd"name\\',
    )
    answered = await ledger.reserve(account, Estimate(900, 400, 30), clock.now())
    usage = Usage(input_tokens=500, output_tokens=40)
    spent = (Spent(model=account.model, usage=usage, seconds=2.5),)
    await ledger.settle(answered, spent, 1500, clock.now())
    await ledger.reserve(account, Estimate(700, 400, 30), clock.now())

    viewer = bearer("viewer")
    shown = (await client.get(f"/api/v1/incidents/{incident}", headers=viewer)).json()
    listed = (await client.get("/api/v1/model-use", headers=viewer)).json()
    exposed = await client.get("/metrics", headers=viewer)

    [use] = shown["model_use"]
    assert listed["models"] == [use]
    assert (use["calls"], use["input_tokens"], use["output_tokens"]) == (2, 500, 40)
    assert (use["tokens_set_aside"], use["usd"], use["seconds"]) == (700, 0.0019, 32.5)
    assert exposed.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert (
        'sre_agent_model_tokens_total{model="odd\\"name\\\\",direction="input"} 500'
        in exposed.text.splitlines()
    )
    assert next(told.lines([use])) == (
        '[dim]model odd"name\\\\[none][/]: 2 questions, about 500 tokens read, 40 written, '
        "700 set aside, $0.0019, 32.5 s[/]"
    )


async def test_an_incident_that_asked_no_model_shows_none(client: httpx.AsyncClient) -> None:
    [incident] = await fire(client, "web")

    shown = (await client.get(f"/api/v1/incidents/{incident}", headers=bearer("viewer"))).json()

    assert shown["model_use"] == []
    assert list(told.lines(shown["model_use"])) == []


async def test_what_became_of_questions_is_told_by_role_and_by_the_limit_that_refused(
    client: httpx.AsyncClient, engine: AsyncEngine, clock: Any
) -> None:
    [incident] = await fire(client, "web")
    ledger = PostgresLedger(engine, Budgets({"max_tokens_per_incident": 1000}))
    account = Account(
        incident_id=IncidentId(incident), org_id=OrgId("default"), role="reflector", model="m"
    )
    failed = await ledger.reserve(account, Estimate(900, 400, 30), clock.now())
    await ledger.settle(failed, (), 0, clock.now(), Outcome.UNAVAILABLE)
    await ledger.reserve(account, Estimate(900, 400, 30), clock.now())
    with pytest.raises(MindBudgetSpentError):
        await ledger.reserve(account, Estimate(900, None, 30), clock.now())

    viewer = bearer("viewer")
    shown = (await client.get(f"/api/v1/incidents/{incident}", headers=viewer)).json()
    listed = (await client.get("/api/v1/model-use", headers=viewer)).json()
    lines = (await client.get("/metrics", headers=viewer)).text.splitlines()

    [use] = listed["models"]
    assert (use["calls"], use["tokens_set_aside"], use["usd"]) == (2, 900, 0.0004)
    assert shown["model_budget"] == {"tokens": 900, "tokens_max": 200_000}
    common = {"model": "m", "role": "reflector", "count": 1}
    assert listed["questions"] == [
        {**common, "outcome": "open", "refused_by": None},
        {**common, "outcome": "over_budget", "refused_by": "MAX_TOKENS_PER_INCIDENT"},
        {**common, "outcome": "unavailable", "refused_by": None},
    ]
    asked = 'sre_agent_model_questions_total{model="m",role="reflector",outcome="unavailable"} 1'
    refused = 'sre_agent_model_refusals_total{model="m",role="reflector",limit="MAX_TOKENS_PER_INCIDENT"} 1'
    assert asked in lines
    assert refused in lines
    assert list(told.asked(listed["questions"]))[1].split() == [
        "1",
        "reflector",
        "over",
        "budget",
        "(MAX_TOKENS_PER_INCIDENT)",
        "[dim]m[/]",
    ]
    assert next(told.budget(shown)) == (
        "[dim]900 of 200,000 tokens of MAX_TOKENS_PER_INCIDENT (0.4%)[/]"
    )
