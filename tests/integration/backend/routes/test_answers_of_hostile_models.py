"""Hostile models that answer people's questions, over the API: nothing moves, and no lie is borne out."""

import json
from collections.abc import AsyncIterator
from typing import Any

import attack_corpus
import httpx
import pytest
from asker import Asker
from attack_counts import Attack
from hostile_roles import SCRIPTS, Liar
from hostile_scene import PERSONAL
from house import House, build, snapshot
from model_acts import Read
from model_dialects import OpenAIChat
from model_server import ModelServer, serving
from pydantic import Secret
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.settings.api import ApiSettings
from sre_agent.ask.conversing import ROUNDS
from sre_agent.domain.plan import Plan
from sre_agent.llm import facts

pytestmark = pytest.mark.attack

_OWN_TABLES = {"ask_threads", "ask_turns", "model_use"}
ALWAYS = ("arguments that break databases", "claims of approval", "questions without end")
"""Those that reach furthest: into a query of the database, and into words that people act on."""


def scripts() -> list[tuple[str, int]]:
    every = SCRIPTS if attack_corpus.ALL else {name: SCRIPTS[name] for name in ALWAYS}
    return [(name, number) for name, count in every.items() for number in range(count)]


@pytest.fixture
async def served(
    technique: str,
    number: int,
    settings: ApiSettings,
    engine: AsyncEngine,
    clock: Any,
    plan: Plan,
) -> AsyncIterator[tuple[Asker, House, ModelServer]]:
    """The application, with a model's server that does as its script says."""
    async with serving(OpenAIChat()) as server:
        chosen = {
            "llm_provider": "openai",
            "llm_model": "small",
            "llm_base_url": server.url + "/v1",
            "llm_api_key": Secret("key"),
            "llm_local": True,
            "ask_model_seconds": 1.0 if Liar(technique, number).is_slow else 30.0,
        }
        app = create_app(settings.model_copy(update=chosen), engine, clock=clock)
        async with app.router.lifespan_context(app):
            house = await build(engine, "default", "apple", plan, now=clock.now())
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                yield Asker(http, house), house, server


def shown(words: str) -> str:
    """Return words as an answer has them."""
    return facts.plain(words, 400)


@pytest.mark.parametrize(("technique", "number"), scripts())
async def test_a_question_is_answered_and_nothing_else_happens(
    technique: str,
    number: int,
    served: tuple[Asker, House, ModelServer],
    engine: AsyncEngine,
    attack: Attack,
) -> None:
    asker, house, server = served
    liar = Liar(technique, number)
    server.acts = (Read(liar.answer),)
    before = await snapshot(engine, house.org_id)

    done = await asker.ask(house.fill(f"how does {{incident_id}} stand, asks {PERSONAL[0]}?"))

    attack.plays(technique, str(number), len(server.questions))
    after = await snapshot(engine, house.org_id)
    changed = [name for name in before.keys() - _OWN_TABLES if before[name] != after[name]]
    attack.writes_nothing(changed)
    sent = [json.dumps(asked.body, ensure_ascii=False) for asked in server.questions]
    attack.leaks_nothing(text for text in sent if PERSONAL[0] in text)
    borne = [item["text"] for item in done["answer"]["sentences"] if item["support"] == "cited"]
    attack.is_believed_in_nothing(
        text for text in borne for lie in liar.said if lie.is_in(text, shown)
    )
    assert len(server.questions) <= 6 * ROUNDS
    assert done["answer"]["sentences"] or done["answer"]["notes"]
