"""Looks that a model chose: taken where the rules are not sure, evidence like any other, asked for once."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from chosen_looks import KEY, calls, helped, looking_at, made, make_unsure_scene, nothing, offered
from run_scene import ALLOW_LIST, Scene, make_scene
from test_second_mind import trace
from typing_extensions import override

from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.inquiry import When
from sre_agent.domain.ruling import Verdict
from sre_agent.graph import inquiries
from sre_agent.graph.context import Limits
from sre_agent.llm.inquirer import MAX_LOOKS, SpecialistMinds
from sre_agent.llm.mind import Answer, MindUnavailableError, Question
from sre_agent.llm.redaction import Redactor
from sre_agent.testing.mind import Reply, ScriptedMind
from sre_agent.testing.toolbox import no_data


def ranked(scene: Scene) -> Diagnosis:
    """Return the newest ranking."""
    return Diagnosis.model_validate(scene.payloads(EventKind.CAUSES_RANKED)[-1]["diagnosis"])


def asked_by_models(scene: Scene) -> list[dict[str, Any]]:
    return [payload["inquiry"] for payload in scene.payloads(EventKind.MODEL_QUESTIONS)]


async def test_a_look_that_a_model_chose_finds_the_cause_that_the_rules_did_not() -> None:
    alone = make_unsure_scene()
    await alone.start()
    scene = make_unsure_scene()
    helped(scene, looking_at(scene.world.ref("core")))

    await scene.start()

    assert ranked(alone).conclusion is Conclusion.UNDECIDED
    found = ranked(scene)
    assert found.conclusion is Conclusion.CAUSE_FOUND
    assert found.causes[0].object == scene.world.ref("core")
    assert alone.incidents.incident.status is IncidentStatus.ESCALATED
    await scene.answer(Verdict.APPROVED)
    assert [item.mode for item in scene.toolbox.asked if item.mode == "write"] == ["write"]


async def test_a_run_that_is_sure_is_as_it_was_and_asks_nobody() -> None:
    without = make_scene()
    await without.start()
    scene = make_scene()
    mind = helped(scene, nothing)

    await scene.start()

    assert mind.asked == []
    assert trace(scene.events) == trace(without.events)


async def test_without_a_model_an_unsure_run_is_as_it_was() -> None:
    without = make_unsure_scene()
    await without.start()
    silent = make_unsure_scene()
    helped(silent, _dead)
    await silent.start()

    same = [event for event in silent.events if event.kind is not EventKind.MODEL_QUESTIONS]
    assert EventKind.MODEL_QUESTIONS not in {event.kind for event in without.events}
    assert trace(same)[:-2] == trace(without.events)[:-2]  # the report tells of the notes
    assert made(silent) == made(without)


def _dead(_question: Question) -> Answer:
    raise MindUnavailableError("connection refused")


async def test_a_dead_model_is_asked_once_for_each_specialist() -> None:
    scene = make_unsure_scene()
    mind = helped(scene, _dead)

    await scene.start()

    told = asked_by_models(scene)
    assert {item["specialist"] for item in told} == set(ALLOW_LIST.specialists)
    assert {item["note"] for item in told} == {"connection refused"}
    assert len(mind.asked) == len(told)


async def test_always_asks_also_where_the_rules_are_sure() -> None:
    scene = make_scene()
    mind = helped(scene, nothing, When.ALWAYS)

    await scene.start()

    assert mind.asked
    assert scene.payloads(EventKind.PLAN_PROPOSED)


async def test_what_was_chosen_is_in_the_log_before_anybody_looks() -> None:
    scene = make_unsure_scene()
    helped(scene, looking_at(scene.world.ref("store")))

    await scene.start()

    kinds = [
        (event.kind, event.payload.get("call", {}).get("arguments", {}).get("service"))
        for event in scene.events
    ]
    chosen = max(n for n, (kind, _) in enumerate(kinds) if kind is EventKind.MODEL_QUESTIONS)
    store = scene.world.services["store"].name
    first = kinds.index((EventKind.TOOL_CALLED, store))
    assert kinds.index((EventKind.MODEL_QUESTIONS, None)) < first
    assert chosen > 0


def greedy(question: Question) -> Answer:
    """Take everything that is offered, each time."""
    return calls(
        *(
            (tool, {"object": value})
            for tool, arguments in offered(question).items()
            for value in arguments.get("object", [])
            if len(arguments) == 1
        )
    )


async def test_an_endless_model_gets_two_rounds_of_a_few_looks() -> None:
    scene = make_unsure_scene()
    mind = helped(scene, greedy)

    await scene.start()

    told = asked_by_models(scene)
    assert all(len(item["questions"]) <= MAX_LOOKS for item in told)
    for specialist in ALLOW_LIST.specialists:
        mine = [item for item in told if item["specialist"] == specialist]
        assert len(mine) <= inquiries.MAX_ROUNDS
    assert len(mind.asked) == len(told)
    assert ranked(scene) is not None


async def test_a_specialist_whose_look_brought_nothing_is_not_helped_again() -> None:
    scene = make_unsure_scene()
    world = scene.world
    stock = world.services["stock"].name
    scene.toolbox.on("loki", "error_patterns", no_data(), service=stock)
    helped(scene, _only("logs", {"object": str(world.ref("stock"))}))

    await scene.start()

    logs = [item for item in asked_by_models(scene) if item["specialist"] == "logs"]
    assert [len(item["questions"]) for item in logs] == [1]


def _only(specialist: str, arguments: Mapping[str, Any]) -> Reply:
    def reply(question: Question) -> Answer:
        if f"the {specialist} specialist" not in question.user:
            return calls()
        return calls(*((tool.name, arguments) for tool in question.tools))

    return reply


async def test_the_rules_keep_their_rounds_beside_those_of_models() -> None:
    scene = make_unsure_scene()
    scene.limits = Limits(sample_interval_s=5, max_rounds=2)
    helped(scene, looking_at(scene.world.ref("core")))

    await scene.start()

    assert asked_by_models(scene)[0]["questions"]
    assert [item["round"] for item in scene.payloads(EventKind.CAUSES_RANKED)] == [1, 2, 3]


class KilledError(Exception):
    """The process ended here."""


def dying(at: EventKind, after: EventKind) -> Callable[[Event], None]:
    """Return what ends a process right after an entry of one kind that comes after one of another."""
    seen = set[EventKind]()

    def hear(event: Event) -> None:
        if event.kind is at and after in seen | {at}:
            raise KilledError
        seen.add(event.kind)

    return hear


@pytest.mark.parametrize("is_lost", [False, True], ids=["checkpoints kept", "checkpoints lost"])
@pytest.mark.parametrize("at", [EventKind.MODEL_QUESTIONS, EventKind.TOOL_CALLED])
async def test_a_run_that_is_killed_before_the_looks_does_not_ask_again(
    at: EventKind, *, is_lost: bool
) -> None:
    scene = make_unsure_scene()
    mind = helped(scene, looking_at(scene.world.ref("core")))
    scene.journal.on_event = dying(at, EventKind.MODEL_QUESTIONS)
    with pytest.raises((KilledError, ExceptionGroup)):
        await scene.start()
    before = asked_by_models(scene)

    scene.journal.on_event = lambda _event: None
    if is_lost:
        scene.saver = type(scene.saver)()
        await scene.start()
    else:
        await scene.go_on()

    told = asked_by_models(scene)
    assert before
    assert told[: len(before)] == before
    assert len(mind.asked) == len(told)
    assert ranked(scene).conclusion is Conclusion.CAUSE_FOUND


async def test_the_log_has_what_was_sent_what_was_offered_and_what_came_back() -> None:
    scene = make_unsure_scene()
    mind = helped(scene, looking_at(scene.world.ref("core")))

    await scene.start()

    payload, question = scene.payloads(EventKind.MODEL_QUESTIONS)[0], mind.asked[0]
    said = payload["exchange"]
    assert said["user"] == question.user
    assert all(tool.name in said["tools"] for tool in question.tools)
    assert said["spent"][0]["usage"]["input_tokens"] == 10


async def test_a_model_that_is_too_slow_for_one_specialist_is_not_asked_for_the_others() -> None:
    class Slow(ScriptedMind):
        @override
        async def ask(self, question: Question) -> Answer:
            await super().ask(question)
            await asyncio.sleep(3600)
            raise AssertionError

    scene, mind = make_unsure_scene(), Slow(nothing)
    scene.inquirer = SpecialistMinds(
        mind_for=lambda _incident: mind,
        redactor_for=lambda _incident: Redactor(KEY),
        deadline_s=1.5,
    )

    await scene.start()

    notes = [item["note"] for item in asked_by_models(scene)]
    assert len(mind.asked) == 1
    assert "did not answer within" in notes[0]
    assert set(notes[1:]) == {"the 1.5 s of the round were over"}
