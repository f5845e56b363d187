"""Hostile models behind a real worker and a real database: every technique, each at some provider's server."""

import json
from pathlib import Path

import attack_corpus
import pytest
from attack_counts import Attack
from attack_signs import SECRETS
from hostile_roles import SCRIPTS, Liar
from hostile_scene import CANARIES
from model_acts import Read
from model_kinds import KEY, KINDS, Kind
from model_platform import Course, ModelPlatform, settings
from model_server import serving
from pydantic import Secret
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import reports
from sre_agent.domain.events import EventKind
from sre_agent.domain.inquiry import When
from sre_agent.domain.summary import ModelSummary
from sre_agent.llm import facts

pytestmark = pytest.mark.attack

TECHNIQUES = list(SCRIPTS)
TRIED = TECHNIQUES if attack_corpus.ALL else TECHNIQUES[:: len(TECHNIQUES) // 3 + 1]
SHORT_S, LONG_S = 1.0, 20.0


@pytest.mark.parametrize("technique", TRIED)
async def test_a_hostile_model_leaves_an_incident_as_it_is(
    technique: str, engine: AsyncEngine, database_url: str, tmp_path: Path, attack: Attack
) -> None:
    liar = Liar(technique, 0)
    number = TRIED.index(technique)
    kind = KINDS[number % len(KINDS)]
    seconds = SHORT_S if liar.is_slow else LONG_S
    alone = await ModelPlatform(settings(database_url, tmp_path), engine).suffer()

    async with serving(kind.dialect(), Read(liar.answer)) as server:
        asks = asking_at(kind, server.url, seconds)
        known = settings(database_url, tmp_path, **asks)
        course = await ModelPlatform(known, engine).suffer(after=alone)

    attack.plays(technique, "0", len(server.asked))
    attack.writes_nothing([*course.written, *alone.written])
    sent = [json.dumps(asked.body, ensure_ascii=False) for asked in server.asked]
    attack.leaks_nothing(item for text in sent for item in CANARIES if item in text)
    shown = [await report(engine, course), *(event.model_dump_json() for event in course.events)]
    attack.leaks_nothing(item for text in shown for item in (*SECRETS, KEY) if item in text)
    attack.is_believed_in_nothing(made_up(course, liar))
    assert course.planned == alone.planned or course.is_chosen_by_a_model
    assert set(course.planned[1]) == {"ask"}
    assert len(course.payloads(EventKind.MODEL_OPINION)) == 1
    assert len(course.payloads(EventKind.MODEL_SUMMARY)) == 1
    limit = known.max_tokens_per_incident
    assert sum(len(text.encode()) for text in sent) <= limit
    assert all(use.tokens_set_aside == 0 for use in course.used)


def asking_at(kind: Kind, url: str, seconds: float) -> dict[str, object]:
    """Return the settings by which a worker asks a server of a kind."""
    return {
        "llm_provider": kind.provider,
        "llm_model": kind.place(url).model,
        "llm_base_url": url + kind.below,
        "llm_api_key": Secret(KEY),
        "llm_local": True,
        "llm_openai_responses": kind.speaks_responses,
        "llm_specialists": When.ALWAYS,
        "llm_timeout_seconds": seconds,
        "second_opinion_seconds": seconds,
    }


async def report(engine: AsyncEngine, course: Course) -> str:
    """Return the report of an incident."""
    async with engine.connect() as connection:
        found = await reports.find(connection, course.id)
    assert found is not None
    return str(found)


def made_up(course: Course, liar: Liar) -> list[str]:
    """Return what is left of a summary that only the model said."""
    return [
        sentence.text
        for payload in course.payloads(EventKind.MODEL_SUMMARY)
        for sentence in ModelSummary.model_validate(payload["summary"]).sentences
        if any(lie.is_in(sentence.text, lambda words: facts.plain(words, 400)) for lie in liar.said)
    ]
