"""The looks as a model may ask for them: named, described, and their arguments checked by schema."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from sre_agent.ask.asking import SINCE_MAX_S, Asked, Place, Slots, Topic
from sre_agent.domain.model import Value
from sre_agent.llm.mind import ToolRequest, ToolSpec

_MINUTE_S = 60
_PLAIN = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""What steers is part of no name, and what a database cannot hold would cost the whole answer."""
_Text = Annotated[str, Field(max_length=253, pattern=_PLAIN)]


class BadArgumentsError(ValueError):
    """A look was asked for in a way that cannot be."""


class _Arguments(Value):
    incident: _Text = ""
    namespace: _Text = ""
    service: _Text = ""
    since_minutes: int = Field(default=0, ge=0, le=SINCE_MAX_S // _MINUTE_S)
    slo: _Text = ""
    evidence: _Text = ""
    words: Annotated[str, Field(max_length=200, pattern=_PLAIN)] = ""


_TOLD: Mapping[str, dict[str, Any]] = {
    "incident": {"type": "string", "description": "The id of an incident, as inc-4f2a."},
    "namespace": {"type": "string", "description": "The namespace of the service."},
    "service": {"type": "string", "description": "The name of the service."},
    "since_minutes": {"type": "integer", "minimum": 0, "description": "How far back to look."},
    "slo": {"type": "string", "description": "The id of an objective."},
    "evidence": {"type": "string", "description": "The id of one piece, for its single facts."},
    "words": {"type": "string", "description": "Words to look for."},
}
_PLACE = ("namespace", "service")
_LOOKS: Mapping[Topic, tuple[str, tuple[str, ...]]] = {
    Topic.STATUS: ("List open incidents, or those opened lately.", (*_PLACE, "since_minutes")),
    Topic.INCIDENT: ("Show how an incident stands and went.", ("incident", *_PLACE)),
    Topic.WAITING: ("Show why incidents wait, and for whom.", ("incident", *_PLACE)),
    Topic.CHANGES: ("List rollouts and what was done lately.", (*_PLACE, "since_minutes")),
    Topic.BUDGET: ("Show objectives and what is left of their budgets.", (*_PLACE, "slo")),
    Topic.OWNER: ("Find who owns a service.", _PLACE),
    Topic.SIMILAR: ("List past incidents like one.", ("incident", *_PLACE)),
    Topic.DEEDS: ("List who decided and did what.", ("incident", *_PLACE, "since_minutes")),
    Topic.RUNBOOK: ("Find runbooks.", ("incident", *_PLACE, "words")),
    Topic.EVIDENCE: (
        "List what was measured and read in an incident: metrics, logs, objects; or one piece of it.",
        ("incident", *_PLACE, "evidence"),
    ),
}
_PREFIX = "look_"

SPECS = tuple(
    ToolSpec(
        name=f"{_PREFIX}{topic}",
        description=told,
        parameters={
            "type": "object",
            "properties": {name: _TOLD[name] for name in names},
            "additionalProperties": False,
        },
    )
    for topic, (told, names) in _LOOKS.items()
)
"""Every tool there is for a model that answers people: each of them reads."""


def read(request: ToolRequest) -> Asked:
    """Return what a model would like to see looked up.

    Raises:
        BadArgumentsError: There is no such look, or it cannot be asked for like this.
    """
    name = request.tool.removeprefix(_PREFIX)
    if name not in set(Topic) or not request.tool.startswith(_PREFIX):
        raise BadArgumentsError("there is no such tool")
    topic = Topic(name)
    _, allowed = _LOOKS[topic]
    given = {key: value for key, value in request.arguments.items() if value is not None}
    if given.keys() - set(allowed):
        raise BadArgumentsError(f"{request.tool} takes {', '.join(allowed)} and nothing else")
    try:
        read = _Arguments.model_validate(given)
    except ValidationError as error:
        fields = ", ".join(str(item["loc"][0]) for item in error.errors() if item["loc"])
        raise BadArgumentsError(f"the arguments of {request.tool} are wrong: {fields}") from error
    slots = Slots(
        incident=read.incident,
        place=Place(namespace=read.namespace, service=read.service),
        since_s=read.since_minutes * _MINUTE_S,
        slo=read.slo,
        evidence=read.evidence,
        words=read.words,
    )
    if topic is Topic.OWNER and not slots.place.service:
        raise BadArgumentsError("look_owner needs a service")
    return Asked(topic=topic, slots=slots)
