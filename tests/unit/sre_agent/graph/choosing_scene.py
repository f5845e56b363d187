"""A run whose playbook leaves a choice, and a model that is asked to make it."""

import dataclasses
from collections.abc import Callable
from typing import Any

from run_scene import DRY_RUN, Scene, make_scene

from sre_agent.domain.events import EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.llm.mind import Answer, Question, Usage
from sre_agent.llm.picking import PlannerAnswer
from sre_agent.llm.planner import PlannersModel
from sre_agent.llm.privacy import Private
from sre_agent.llm.redaction import Redactor
from sre_agent.planning.playbooks import Playbook, Step
from sre_agent.testing.mind import ScriptedMind
from sre_agent.testing.toolbox import ok

KEY = b"k" * 16
UNDO = "undo the release"
RESTART = Step(name="restart", condition="it fails", when="true", repairs=("restart_workload",))
Reply = Callable[[Question], Answer]


def open_scene() -> Scene:
    """Return a scene whose rules undo the release, and could restart instead."""
    scene = make_scene()
    books = tuple(restarting_next(book) for book in scene.playbooks.playbooks)
    scene.playbooks = dataclasses.replace(scene.playbooks, playbooks=books)
    scene.toolbox.on("kubernetes", "restart_rollout", ok(DRY_RUN))
    return scene


def restarting_next(book: Playbook) -> Playbook:
    """Return a playbook that could restart where its first step does not suffice."""
    first, *others = book.steps
    steps = book.steps if book.always_a_person else (first, RESTART, *others)
    return book.model_copy(update={"steps": steps})


def asked(scene: Scene, reply: Reply) -> ScriptedMind:
    """Let a model be asked which repair to take, and return it."""
    mind = ScriptedMind(reply)
    scene.chooser = PlannersModel(
        mind_for=lambda _incident: Private(mind, Redactor(KEY)),
        redactor_for=lambda _incident: Redactor(KEY),
    )
    return mind


def choosing(scene: Scene, option: str, **said: Any) -> Reply:
    """Return a model that chooses an option on a fact that is there."""

    def reply(_question: Question) -> Answer:
        given = {"option": option, "reason": "it is quicker", "claims": [_claim(scene)], **said}
        return Answer(
            value=PlannerAnswer.model_validate(given),
            usage=Usage(input_tokens=10, output_tokens=5),
            model="scripted/model",
            seconds=0.1,
        )

    return reply


def _claim(scene: Scene) -> dict[str, Any]:
    name = scene.world.services["core"].name
    seen = [
        Evidence.model_validate(item["evidence"])
        for item in scene.payloads(EventKind.EVIDENCE_ADDED)
    ]
    workload = next(
        item
        for item in seen
        if item.kind == "kubernetes.workload" and item.facts["object"]["name"] == name
    )
    return {"evidence": workload.id, "fact": "object.name", "value": name}


def proposed(scene: Scene) -> list[str]:
    """Return the tools of what was proposed, in order."""
    plans = [item["plan"] for item in scene.payloads(EventKind.PLAN_PROPOSED)]
    return [action["call"]["tool"] for plan in plans for action in plan["actions"]]
