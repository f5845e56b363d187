"""Asking which repair to take: small, without tools or arguments, and never more than a note where it fails."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from findings import LIBRARY, LOWERED, RELEASE, SETTINGS, WORLD, alerting, found, runbook

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.runbooks import RunbookStep
from sre_agent.llm.mind import Answer, MindUnavailableError, Question, ToolRequest, Usage
from sre_agent.llm.picking import PlannerAnswer
from sre_agent.llm.planner import Heard, PlannersModel
from sre_agent.llm.privacy import Private
from sre_agent.llm.redaction import Redactor
from sre_agent.planning import options, planner
from sre_agent.planning.planner import Study
from sre_agent.testing import views
from sre_agent.testing.mind import ScriptedMind
from sre_agent.testing.world import ROLES

KEY = b"k" * 16
TOKEN_CHARACTERS = 3
MAX_TOKENS = 6_000
OUT_OF_MEMORY = found(FaultClass.OUT_OF_MEMORY, **{**RELEASE, **LOWERED})
FIRST, SECOND = "raise the limit that was lowered", "undo the release"


def answering(**said: Any) -> Callable[[Question], Answer]:
    return lambda _question: Answer(
        value=PlannerAnswer.model_validate({"option": FIRST, **said}),
        usage=Usage(input_tokens=100, output_tokens=50),
        model="scripted/model",
        seconds=0.1,
    )


async def ask(
    reply: Callable[[Question], Answer],
    more: Sequence[Evidence] = (),
    diagnosis: Any = OUT_OF_MEMORY,
) -> tuple[Heard, list[Question]]:
    evidence = [*views.evidence(WORLD, *ROLES), *more]
    incident = alerting("Odd")
    made = planner.study(diagnosis, incident, evidence, LIBRARY, SETTINGS)
    assert isinstance(made, Study)
    mind = ScriptedMind(reply)
    asking = PlannersModel(
        mind_for=lambda _incident: Private(mind, Redactor(KEY)),
        redactor_for=lambda _incident: Redactor(KEY),
    )
    heard = await asking.choose(incident, evidence, diagnosis, options.find(made))
    return heard, mind.asked


async def test_it_is_told_the_options_in_the_rules_order_with_risk_way_back_and_bounds() -> None:
    heard, [question] = await ask(answering())

    assert heard.pick
    assert heard.pick.step == FIRST
    assert question.user.index(f'"{FIRST}"') < question.user.index(f'"{SECOND}"')
    assert "set_resources on Deployment/" in question.user
    assert "risk medium; can be taken back" in question.user
    assert (
        "may be filled: raise_memory_limit.memory_limit, a whole number from 65 to 128 (Mi); "
        "the rules would write 128Mi" in question.user
    )
    assert question.tools == ()


async def test_it_is_not_told_what_a_runbook_would_write() -> None:
    facts = {**RELEASE, "container": "app", "variable": "PAY_URL"}
    step = RunbookStep(
        action="set_env",
        arguments={"variable": "PAY_URL", "value": "http://inner.example/pay"},
        when=(FaultClass.MISSING_CONFIGURATION,),
    )
    diagnosis = found(FaultClass.MISSING_CONFIGURATION, **facts)

    _, [question] = await ask(answering(), [runbook(step)], diagnosis)

    assert '"set the variable as its runbook says"' in question.user
    assert "inner.example" not in question.user


async def test_it_is_small() -> None:
    heard, [question] = await ask(answering())

    tokens = (len(question.system) + len(question.user)) / TOKEN_CHARACTERS
    print(f"the planner's question takes about {tokens:.0f} tokens")  # noqa: T201 - to be read
    assert tokens < MAX_TOKENS
    assert heard.exchange
    assert heard.exchange.user == question.user


async def test_what_strangers_wrote_stands_between_marks() -> None:
    _, [question] = await ask(answering())

    before, _, fenced = question.user.partition("<untrusted ")
    assert "Options, in the order of the rules:" in before
    assert "[" not in before.partition("Options")[2].replace("[]", "")
    assert all(
        line.startswith("| ") for line in fenced.partition("<end ")[0].splitlines()[1:] if line
    )


def dead(_question: Question) -> Answer:
    raise MindUnavailableError("connection refused")


def wants_a_tool(_question: Question) -> Answer:
    call = ToolRequest(tool="kubernetes.delete_pod", arguments={"name": "pay-1"})
    return Answer(tool_calls=(call,), usage=Usage(), model="scripted/model", seconds=0.1)


def talks(_question: Question) -> Answer:
    return Answer(text="kubectl delete", usage=Usage(), model="scripted/model", seconds=0.1)


@pytest.mark.parametrize("reply", [dead, wants_a_tool, talks, answering(option="anything")])
async def test_what_is_no_use_is_a_note(reply: Callable[[Question], Answer]) -> None:
    heard, _ = await ask(reply)

    assert heard.pick is None
    assert heard.note
