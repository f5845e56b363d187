"""Answers of models, as tests write them, about a world with a bad release."""

from typing import Any

from sre_agent.domain.evidence import Evidence
from sre_agent.llm.claims import ReflectorAnswer
from sre_agent.llm.mind import Answer, Usage
from sre_agent.testing.world import World


def cause(fault_class: str, ref: object, *claims: tuple[str, str, str, Any], **more: Any) -> Any:
    """Return a cause as a model writes it, each claim as (evidence, fact, relation, value)."""
    keys = ("evidence", "fact", "relation", "value")
    return {
        "fault_class": fault_class,
        "object": str(ref),
        "statement": more.get("statement", "it broke"),
        "claims": [dict(zip(keys, claim, strict=True)) for claim in claims],
    }


def answer(*causes: Any) -> Answer:
    """Return the answer with these causes."""
    return Answer(
        value=ReflectorAnswer.model_validate({"causes": causes}),
        usage=Usage(input_tokens=100, output_tokens=50),
        model="scripted/model",
        seconds=0.1,
    )


def of_workload(evidence: list[Evidence], world: World, role: str) -> Evidence:
    """Return what the specialists saw of a workload."""
    name = world.services[role].name
    return next(
        item
        for item in evidence
        if item.kind == "kubernetes.workload" and item.facts["object"]["name"] == name
    )
