"""A model's server that is gone in the middle of an answer costs that answer, and nothing else."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import hostile_told
import pytest
import sqlalchemy as sa
from hostile_roles import ROLES, honest, of
from model_acts import Act, Read, Say, Slow, Stop
from model_dialects import Ollama, OpenAIChat
from model_platform import Course, ModelPlatform, asking, settings
from model_server import serving
from sqlalchemy.ext.asyncio import AsyncEngine

from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.inquiry import When

NOTES: Mapping[str, Callable[[Course], list[str]]] = {
    "specialist": lambda course: [
        item["inquiry"]["note"] for item in course.payloads(EventKind.MODEL_QUESTIONS)
    ],
    "reflector": lambda course: [
        item["opinion"]["note"] for item in course.payloads(EventKind.MODEL_OPINION)
    ],
    "planner": lambda course: [
        item["choice"]["note"] for item in course.payloads(EventKind.MODEL_CHOICE)
    ],
    "reporter": lambda course: [
        item["summary"]["note"] for item in course.payloads(EventKind.MODEL_SUMMARY)
    ],
}
"""What is told where a role's question brought nothing."""
IN_RUNS = [name for name in ROLES if name != "ask"]


def dying_at(role: str, asked: list[str]) -> Read:
    """Return a model that answers every role honestly, and is gone in the middle of one answer."""

    def answer(body: Mapping[str, Any]) -> Act:
        told = hostile_told.read(body)
        name = of(told).name
        asked.append(name)
        return Stop() if name == role else Say(honest(told))

    return Read(answer)


@pytest.fixture
async def alone(engine: AsyncEngine, database_url: str, tmp_path: Path) -> Course:
    """The incident as it goes when there is no model."""
    return await ModelPlatform(settings(database_url, tmp_path), engine).suffer()


def test_every_role_of_a_run_has_a_place_for_its_note() -> None:
    assert NOTES.keys() == set(IN_RUNS)


@pytest.mark.parametrize("role", IN_RUNS)
async def test_the_run_goes_on_to_the_same_plan_and_says_what_happened(
    role: str, engine: AsyncEngine, database_url: str, tmp_path: Path, alone: Course
) -> None:
    asked: list[str] = []
    async with serving(OpenAIChat(), dying_at(role, asked)) as server:
        known = settings(database_url, tmp_path, **asking(server))
        course = await ModelPlatform(known, engine).suffer(after=alone)

    assert course.planned == alone.planned
    assert course.written == alone.written == []
    assert asked[-1] == role
    notes = NOTES[role](course)
    assert notes
    assert all(notes)
    assert [note for note in notes if "broke off" in note]
    moves = [
        [(item["from"], item["to"]) for item in each.payloads(EventKind.STATUS_CHANGED)]
        for each in (course, alone)
    ]
    assert moves[0] == moves[1]


async def test_a_server_that_is_gone_is_not_waited_for_by_the_next_question(
    engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    asked: list[str] = []
    async with serving(Ollama(), dying_at("reflector", asked)) as server:
        named = asking(server, "ollama", llm_specialists=When.NEVER)
        known = settings(database_url, tmp_path, **named)
        course = await ModelPlatform(known, engine).suffer()

    assert asked == ["reflector"]
    [summary] = NOTES["reporter"](course)
    assert "cannot be reached" in summary


async def test_a_summary_that_a_death_cost_is_asked_for_by_who_comes_after(
    engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    asked: list[str] = []
    is_out = asyncio.Event()

    def answer(body: Mapping[str, Any]) -> Act:
        told = hostile_told.read(body)
        asked.append(of(told).name)
        if asked.count("reporter") == 1 and asked[-1] == "reporter":
            is_out.set()
            return Slow(60, Say(honest(told)))
        return Say(honest(told))

    async with serving(OpenAIChat(), Read(answer)) as server:
        platform = ModelPlatform(settings(database_url, tmp_path, **asking(server)), engine)
        dying = asyncio.create_task(platform.suffer())
        await is_out.wait()
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        async with engine.connect() as connection:
            found = await connection.execute(sa.text("SELECT id FROM incidents"))
        id_ = IncidentId(found.scalar_one())
        course = await platform.take_up(id_)
        again = await platform.take_up(id_)

    assert asked.count("reporter") == 2
    assert len(again.payloads(EventKind.MODEL_SUMMARY)) == 1
    assert NOTES["reporter"](course) == [""]
    assert again.used[0].is_estimated  # what it took that was given up, nobody counted
    assert again.used[0].tokens_set_aside == 0


async def test_what_broke_off_counts_as_if_all_of_it_had_come(
    engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    async with serving(OpenAIChat(), dying_at("reflector", [])) as server:
        named = asking(server, llm_specialists=When.NEVER)
        course = await ModelPlatform(settings(database_url, tmp_path, **named), engine).suffer()

    [used] = course.used
    assert used.is_estimated
    assert used.output_tokens >= 1200
    async with engine.connect() as connection:
        open_ = await connection.execute(
            sa.text("SELECT count(*) FROM model_use WHERE settled_at IS NULL")
        )
    assert open_.scalar_one() == 0
