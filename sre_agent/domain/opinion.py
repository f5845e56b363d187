"""What a language model thinks of an incident: claims that were checked, causes that lead to nothing.

A model's cause is shown as an opinion. No plan is ever made from one.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import Field

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef

Scalar = str | int | float | bool
"""What a single fact of a piece of evidence can be."""


class Relation(StrEnum):
    """How a fact stands to the value that a claim names."""

    IS = "is"
    ABOVE = "above"
    BELOW = "below"
    CONTAINS = "contains"


class Claim(Value):
    """A fact that a model took from a piece of evidence, and that is really there.

    `path` is where in the evidence, `value` what the evidence itself has there: never what the model
    wrote. `claimed` is that.
    """

    evidence_id: EvidenceId
    path: str
    value: Scalar
    claimed: str


class StruckClaim(Value):
    """Something a model said that no evidence bears out: what it said, in short, and why it was struck."""

    said: str
    reason: str


class ModelCause(Value):
    """A cause as a model names it, with what is left of its claims.

    `fault_class` is of the catalogue, or in the model's words where `is_in_catalogue` is false.
    """

    fault_class: str
    is_in_catalogue: bool
    object: ObjectRef
    statement: str
    claims: tuple[Claim, ...] = ()


class Standing(StrEnum):
    """How a model's cause stands to what the evidence says by the platform's own rules."""

    AGREES = "agrees"
    """It is the cause that the rules name too."""
    RANKED = "ranked"
    """The rules rank it as well, behind another one or too weak to act on."""
    NEW = "new"
    """No rule proposed it; its claims hold."""
    CONTRADICTED = "contradicted"
    """What the rules found speaks against it."""
    DISMISSED = "dismissed"
    """A person ruled it out."""
    UNSUPPORTED = "unsupported"
    """None of its claims holds."""


class WeighedCause(ModelCause):
    """A model's cause beside the ranking: how it stands to it, and why.

    `confidence` is on the scale of the ranking, between 0 and 1. What stands on a model's word alone
    always stays below what it takes to act.
    """

    standing: Standing
    reason: str
    confidence: float = Field(ge=0, le=1)


class Opinion(Value):
    """What a model said, checked: its causes in its order, and what was struck."""

    causes: tuple[ModelCause, ...] = ()
    struck: tuple[StruckClaim, ...] = ()
    struck_count: int = Field(default=0, ge=0)
    """All of them, also those that are not told one by one."""


class ModelOpinion(Value):
    """A second opinion as people see it.

    `note` says why there is none, and is empty where there is one. `effect` is what it did to the
    ranking, in a sentence. `model` is who was asked.
    """

    model: str
    causes: tuple[WeighedCause, ...] = ()
    struck: tuple[StruckClaim, ...] = ()
    struck_count: int = Field(default=0, ge=0)
    effect: str = ""
    note: str = ""


def ranking(log: Sequence[Event]) -> dict[str, Any] | None:
    """Return the newest diagnosis of a log as it has it, a model's dissent included; None before one."""
    for event in reversed(log):
        found = diagnosis_in(event.kind, event.payload)
        if found is not None:
            return found
    return None


def diagnosis_in(kind: EventKind, payload: dict[str, Any]) -> dict[str, Any] | None:
    """Return the diagnosis that an event brought, if it did: a ranking, or one that dissent lowered."""
    if kind not in {EventKind.CAUSES_RANKED, EventKind.MODEL_OPINION}:
        return None
    found: dict[str, Any] | None = payload.get("diagnosis")
    return found
