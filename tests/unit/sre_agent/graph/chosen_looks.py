"""A run that its rules leave undecided, and a model that chooses where to look further."""

from collections.abc import Callable, Mapping
from typing import Any

from run_scene import Scene, make_scene

from sre_agent.domain.incident import Incident
from sre_agent.domain.inquiry import When
from sre_agent.domain.tools import ToolCall
from sre_agent.llm.inquirer import SpecialistMinds
from sre_agent.llm.mind import Answer, Question, ToolRequest, Usage
from sre_agent.llm.privacy import Private
from sre_agent.llm.redaction import Redactor
from sre_agent.testing.mind import Reply, ScriptedMind

KEY = b"k" * 16
OUTSIDE = "front-door"
"""What is alerted about: it runs outside of the cluster."""


def calls(*named: tuple[str, Mapping[str, Any]]) -> Answer:
    """Return an answer that asks for these tools; without any, one that asks for nothing."""
    requests = tuple(ToolRequest(tool=tool, arguments=arguments) for tool, arguments in named)
    return Answer(
        text="" if requests else "nothing further",
        tool_calls=requests,
        usage=Usage(input_tokens=10, output_tokens=5),
        model="scripted/model",
        seconds=0.1,
    )


def nothing(_question: Question) -> Answer:
    """Ask for nothing further."""
    return calls()


def offered(question: Question) -> dict[str, dict[str, list[str]]]:
    """Return what a question offers: the values of each argument of each tool."""
    return {
        tool.name: {name: it["enum"] for name, it in tool.parameters["properties"].items()}
        for tool in question.tools
    }


def looking_at(ref: object) -> Callable[[Question], Answer]:
    """Return a model that looks at one object wherever it may."""

    def reply(question: Question) -> Answer:
        found = [
            (tool, {"object": str(ref)})
            for tool, arguments in offered(question).items()
            if set(arguments) == {"object"} and str(ref) in arguments["object"]
        ]
        return calls(*found)

    return reply


def helped(scene: Scene, reply: Reply, when: When = When.UNSURE) -> ScriptedMind:
    """Give a scene a model for its specialists."""
    mind = ScriptedMind(reply)
    scene.inquirer = SpecialistMinds(
        mind_for=lambda _incident: Private(mind, Redactor(KEY)),
        redactor_for=lambda _incident: Redactor(KEY),
        when=when,
    )
    return mind


def make_unsure_scene() -> Scene:
    """Return a scene with a bad release behind an alert that names what runs nowhere in the cluster.

    The rules then know nobody to look at.
    """
    scene = make_scene()
    scene.incidents.incident = astray(scene.world.incident("entry"))
    return scene


def astray(incident: Incident) -> Incident:
    """Return an incident whose alert is about a name that nothing in the cluster has."""
    [alert] = incident.alerts
    labels = {**alert.labels, "service": OUTSIDE}
    moved = alert.model_copy(update={"labels": labels})
    return incident.model_copy(update={"service": OUTSIDE, "alerts": (moved,)})


def made(scene: Scene) -> list[ToolCall]:
    """Return every call that reached a server."""
    return [item.call for item in scene.toolbox.asked]
