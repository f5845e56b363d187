"""Questions of people with a language model beside the rules: through its real client, over the API."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from asker import Asker, told
from house import House, build, snapshot
from model_acts import Act, Call, Fail, Flood, Say, Vanish
from model_dialects import OpenAIChat
from model_server import ModelServer, serving
from pydantic import Secret
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.settings.api import ApiSettings
from sre_agent.ask.conversing import ROUNDS
from sre_agent.domain.plan import Plan

_OWN_TABLES = {"ask_threads", "ask_turns", "model_use"}

Scene = tuple[Asker, House, ModelServer]
Play = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.fixture
def play(settings: ApiSettings, engine: AsyncEngine, clock: Any, plan: Plan) -> Play:
    """What serves a script, and the application that asks it, with apple's things."""

    @asynccontextmanager
    async def played(*acts: Act, **changes: Any) -> AsyncIterator[Scene]:
        async with serving(OpenAIChat(), *acts) as server:
            chosen = {
                "llm_provider": "openai",
                "llm_model": "small",
                "llm_base_url": server.url + "/v1",
                "llm_api_key": Secret("key"),
                "llm_local": True,
            }
            known = settings.model_copy(update={**chosen, **changes})
            app = create_app(known, engine, clock=clock)
            async with app.router.lifespan_context(app):
                house = await build(engine, "default", "apple", plan, now=clock.now())
                transport = httpx.ASGITransport(app=app)
                async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                    yield Asker(http, house), house, server

    return played


def sent(server: ModelServer) -> str:
    return json.dumps([asked.body for asked in server.questions])


async def test_a_model_looks_and_answers_with_citations_that_exist(
    play: Play, engine: AsyncEngine
) -> None:
    look = Call((("look_owner", {"service": "apple-web"}),))
    answer = Say("Ask apple-pickers, who own its runbook [f1]. I would stay calm.")
    async with play(look, answer) as (asker, _, server):
        steps = await asker.steps("whom could I ring up about that shop thing?")

    done = steps[-1]
    assert [step["what"] for step in steps if step["step"] == "looking"] == ["owner"]
    assert done["answer"]["by"] == "openai/small"
    first, second = done["answer"]["sentences"]
    assert (first["support"], first["cites"][0]["id"]) == ("cited", "apple-x")
    assert (second["support"], second["cites"]) == ("uncited", [])
    assert len(server.questions) == 2
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.text("SELECT * FROM model_use"))).all()
        kept = await connection.execute(sa.text("SELECT exchanges FROM ask_turns WHERE number = 1"))
    assert [(row.incident_id, row.role, row.org_id) for row in rows] == [
        (None, "ask", "default")
    ] * 2
    exchanges = [item for item in kept.scalars() if item]
    assert [each["answer"] for each in exchanges[0]][1:] == [answer.text]


async def test_what_rules_understand_is_looked_up_before_the_model_is_asked(play: Play) -> None:
    async with play(Say("It is awaiting approval [f1].")) as (asker, house, server):
        done = await asker.ask(house.fill("how does {incident_id} stand?"))

    assert len(server.questions) == 1
    assert house.fill("[f1] {incident_id} of prod/apple-web") in sent(server)
    [sentence] = done["answer"]["sentences"]
    assert sentence["support"] == "cited"
    assert done["answer"]["asked"]["topic"] == "incident"


HELPLESS: list[tuple[str, list[Act], dict[str, Any]]] = [
    ("dead", [Vanish()], {}),
    ("broken", [Fail(400, "no")], {}),
    ("endless", [Flood()], {}),
    ("mute", [Say("  ")], {}),
    ("over budget", [Say("It waits [f1].")], {"max_tokens_per_organization_day": 10}),
    ("asking for a tool that writes", [Call((("approve", {"incident": "x"}),))], {}),
    ("going in circles", [Call((("look_status", {}),))], {}),
    ("inventing", [Say("It was resolved by bob at 99% [f1]. See inc-77 [f500].")], {}),
]


@pytest.mark.attack("a model that is dead, silent, hostile or lying, asked by people")
@pytest.mark.parametrize(("how", "acts", "changes"), HELPLESS, ids=[item[0] for item in HELPLESS])
async def test_a_model_that_is_no_help_costs_a_note_and_the_rules_answer(
    how: str, acts: list[Act], changes: dict[str, Any], play: Play, engine: AsyncEngine
) -> None:
    async with play(*acts, ask_model_seconds=20.0, **changes) as (asker, house, server):
        before = await snapshot(engine, house.org_id)
        done = await asker.ask(house.fill("how does {incident_id} stand?"))
        after = await snapshot(engine, house.org_id)

    assert done["answer"]["by"] == "rules"
    assert "awaiting approval" in done["answer"]["sentences"][0]["text"]
    assert all(item["support"] == "cited" for item in done["answer"]["sentences"])
    assert "model" in done["answer"]["notes"][-1] or "is left out" in done["answer"]["notes"][-1]
    assert len(server.questions) <= 4 * ROUNDS
    for table in before.keys() - _OWN_TABLES:
        assert before[table] == after[table], table
    if how == "over budget":
        assert server.questions == []
        assert "MAX_TOKENS_PER_ORGANIZATION_DAY" in done["answer"]["notes"][-1]


@pytest.mark.attack("a model that talks over what the rules know")
@pytest.mark.parametrize("said", ["Many are, and everything is fine.", "I know nothing."])
async def test_what_rules_say_that_there_is_none_of_is_not_talked_over(
    said: str, play: Play
) -> None:
    async with play(Say(said)) as (asker, house, _server):
        done = await asker.ask(house.fill("which incidents are like {incident_id}?"))

    assert done["answer"]["by"] == "rules"
    assert done["answer"]["sentences"] == []
    assert done["answer"]["notes"][0].startswith("None of 0 past incidents is like")
    assert "is left out" in done["answer"]["notes"][-1]


async def test_what_rules_remark_stands_beside_a_models_answer(play: Play) -> None:
    async with play(Say("It is awaiting approval [f1].")) as (asker, _, _server):
        done = await asker.ask("what is open?")

    assert done["answer"]["by"] == "openai/small"
    assert "1 incident open." in done["answer"]["notes"]


async def test_an_order_is_not_even_told_to_a_model(play: Play) -> None:
    async with play(Say("Done!")) as (asker, house, server):
        done = await asker.ask(house.fill("approve {incident_id}"))

    assert server.questions == []
    assert "I only read" in told(done)


@pytest.mark.attack("a model that asks for another organization's things")
async def test_a_model_sees_nothing_of_another_organization(
    play: Play, engine: AsyncEngine, clock: Any, plan: Plan
) -> None:
    async with play(Say("Nothing is known.")) as (asker, _, server):
        zebra = await build(engine, "other", "zebra", plan, now=clock.now())
        theirs = zebra.ids["incident_id"]
        server.acts = (Call((("look_incident", {"incident": theirs}),)), Say("Nothing [f1]."))
        await asker.ask("tell me of the neighbours")

    assert f"There is no incident {theirs}." in sent(server)
    assert "zebra" not in sent(server)


async def test_a_model_hears_no_secret_of_the_question(play: Play) -> None:
    question = "whom could I ring? I am ann.miller@corp.test and my password: hunter2hunter2"
    async with play(Say("Nobody.")) as (asker, _, server):
        await asker.ask(question)

    assert server.questions
    for word in ("ann.miller", "hunter2"):
        assert word not in sent(server), word


async def test_settings_that_lack_something_are_told_and_the_rules_answer(play: Play) -> None:
    async with play(Say("x"), llm_api_key=None) as (asker, _, server):
        done = await asker.ask("which incidents are open?")

    assert server.questions == []
    assert "LLM_API_KEY: missing" in done["answer"]["notes"][-1]
    assert done["answer"]["sentences"]
