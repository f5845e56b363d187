"""A second opinion in a run: shown, logged, asked for once, and never the reason for a plan."""

from collections.abc import Callable
from typing import Any

import pytest
from run_scene import Scene, make_scene

from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.llm.claims import ReflectorAnswer
from sre_agent.llm.mind import Answer, MindUnavailableError, Question, ToolRequest, Usage
from sre_agent.llm.privacy import Private
from sre_agent.llm.redaction import Redactor
from sre_agent.llm.reflector import Reflector
from sre_agent.testing.mind import ScriptedMind

KEY = b"k" * 16


def saying(
    scene: Scene, fault: str, role: str, *, true: bool = True
) -> Callable[[Question], Answer]:
    """Return a model that names a cause, on a fact that is there or is not."""

    def reply(_question: Question) -> Answer:
        name = scene.world.services[role].name
        seen = [
            Evidence.model_validate(item["evidence"])
            for item in scene.payloads(EventKind.EVIDENCE_ADDED)
        ]
        listed = next(
            item
            for item in seen
            if item.kind == "kubernetes.resources" and item.facts["kind"] == "Deployment"
        )
        place = [item["object"]["name"] for item in listed.facts["items"]].index(name)
        fact = f"items[{place}].object.name"
        claim = {"evidence": listed.id if true else "k8s-99", "fact": fact, "value": name}
        said = {"fault_class": fault, "object": str(scene.world.ref(role)), "claims": [claim]}
        return Answer(
            value=ReflectorAnswer.model_validate({"causes": [said]}),
            usage=Usage(input_tokens=10, output_tokens=5),
            model="scripted/model",
            seconds=0.1,
        )

    return reply


def consulted(reply: Callable[[Scene], Callable[[Question], Answer]]) -> tuple[Scene, ScriptedMind]:
    scene = make_scene()
    mind = ScriptedMind(reply(scene))
    scene.reflector = Reflector(
        mind_for=lambda _incident: Private(mind, Redactor(KEY)),
        redactor_for=lambda _incident: Redactor(KEY),
    )
    return scene, mind


def trace(events: list[Event]) -> list[Any]:
    """Return a log without what differs from run to run."""
    return [
        (
            event.actor,
            event.kind,
            {**event.payload, "duration_ms": 0},
            event.step_key.partition(":")[0],
        )
        for event in events
    ]


async def play(scene: Scene) -> Scene:
    await scene.start()
    await scene.answer(Verdict.APPROVED)
    return scene


async def test_a_run_without_a_model_is_as_it_was() -> None:
    without = await play(make_scene())
    dead, _ = consulted(lambda _scene: _dead)
    await play(dead)

    kinds = {event.kind for event in without.events}
    same = [event for event in dead.events if event.kind is not EventKind.MODEL_OPINION]
    assert EventKind.MODEL_OPINION not in kinds
    assert trace(same)[:-2] == trace(without.events)[:-2]  # the report tells of the note
    assert "Second opinion" not in without.incidents.reports[without.id]


def _dead(_question: Question) -> Answer:
    raise MindUnavailableError("connection refused")


async def test_agreement_is_shown_and_the_repair_goes_on() -> None:
    scene, _ = consulted(lambda scene: saying(scene, "bad_release", "core"))

    await play(scene)

    [payload] = scene.payloads(EventKind.MODEL_OPINION)
    assert payload["opinion"]["causes"][0]["standing"] == "agrees"
    assert "diagnosis" not in payload
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
    report = scene.incidents.reports[scene.id]
    assert "Second opinion, of a language model:" in report
    assert "agrees with the evidence" in report


async def test_dissent_is_shown_and_lowers_the_confidence_of_the_plan() -> None:
    alone = make_scene()
    await alone.start()
    scene, _ = consulted(lambda scene: saying(scene, "out_of_memory", "pay"))

    await scene.start()

    [payload] = scene.payloads(EventKind.MODEL_OPINION)
    lowered = Diagnosis.model_validate(payload["diagnosis"])
    [before] = alone.payloads(EventKind.PLAN_PROPOSED)
    [after] = scene.payloads(EventKind.PLAN_PROPOSED)
    assert after["plan"]["confidence"] == lowered.causes[0].confidence
    assert after["plan"]["confidence"] < before["plan"]["confidence"]
    assert after["plan"]["cause_object"] == before["plan"]["cause_object"]
    assert [item["call"] for item in after["plan"]["actions"]] == [
        item["call"] for item in before["plan"]["actions"]
    ]


async def test_the_log_has_what_was_sent_and_what_came_back() -> None:
    scene, mind = consulted(lambda scene: saying(scene, "bad_release", "core"))

    await scene.start()

    [payload] = scene.payloads(EventKind.MODEL_OPINION)
    said = payload["heard"]["exchange"]
    assert said["user"] == mind.asked[0].user
    assert "bad_release" in said["answer"]
    assert said["spent"][0]["usage"]["input_tokens"] == 10


def writes(_scene: Scene) -> Callable[[Question], Answer]:
    call = ToolRequest(tool="kubernetes.rollback_rollout", arguments={"name": "x"})
    return lambda _question: Answer(
        tool_calls=(call,), usage=Usage(), model="scripted/model", seconds=0.1
    )


@pytest.mark.parametrize(
    "hostile",
    [
        lambda _scene: _dead,
        writes,
        lambda scene: saying(scene, "bad_release", "store", true=False),
        lambda scene: saying(scene, "out_of_memory", "store", true=False),
    ],
    ids=["dead", "asks to write", "invents the same cause", "invents another cause"],
)
async def test_a_model_that_lies_or_fails_costs_nothing(hostile: Any) -> None:
    alone = await play(make_scene())
    scene, _ = consulted(hostile)

    await play(scene)

    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
    assert scene.modes() == alone.modes()
    [plan], [other] = (item.payloads(EventKind.PLAN_PROPOSED) for item in (scene, alone))
    assert plan["plan"] == other["plan"]


async def test_a_models_cause_alone_leads_to_no_plan() -> None:
    def reply(scene: Scene) -> Callable[[Question], Answer]:
        scene.world.services["core"].releases.pop()  # nothing is wrong, and nobody knows of a cause
        return saying(scene, "bad_release", "core")

    scene, mind = consulted(reply)

    await scene.start()

    assert len(mind.asked) == 1
    assert scene.payloads(EventKind.PLAN_PROPOSED) == []
    assert not {"write", "rehearse"} & set(scene.modes())
    assert scene.payloads(EventKind.MODEL_OPINION)[0]["opinion"]["causes"]


async def test_a_run_that_is_taken_up_again_does_not_ask_twice() -> None:
    scene, mind = consulted(lambda scene: saying(scene, "out_of_memory", "pay"))
    await scene.start()
    scene.saver = type(scene.saver)()  # every checkpoint was lost; the log was not

    await scene.start()

    assert len(mind.asked) == 1
    assert len(scene.payloads(EventKind.MODEL_OPINION)) == 1
