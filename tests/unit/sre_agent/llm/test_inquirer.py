"""Where else to look, as a model chooses: what is on the list is taken, everything else is struck."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from specialist_runs import ALLOWED, looked

from sre_agent.agents import choices
from sre_agent.agents.choices import Choice
from sre_agent.agents.specialists import BY_NAME, SPECIALISTS
from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.inquiry import When
from sre_agent.llm import inquirer
from sre_agent.llm.inquirer import Errand, Heard, SpecialistMinds
from sre_agent.llm.mind import (
    Answer,
    MindAnswerInvalidError,
    MindBudgetSpentError,
    MindUnavailableError,
    Question,
    ToolRequest,
    Usage,
)
from sre_agent.llm.privacy import Private
from sre_agent.llm.redaction import Redactor
from sre_agent.testing.mind import ScriptedMind
from sre_agent.testing.world import World

KEY = b"k" * 16
TOKEN_CHARACTERS = 3
MAX_TOKENS = 6_000
Reply = Callable[[Question], Answer]


def world() -> World:
    made = World(5)
    made.release("core", ago_s=70, error_ratio=0.4)
    return made


@pytest.fixture(scope="module")
def seen() -> list[Evidence]:
    return asyncio.run(looked(world(), "entry"))


def calling(*calls: tuple[str, Mapping[str, Any]]) -> Reply:
    requests = tuple(ToolRequest(tool=tool, arguments=arguments) for tool, arguments in calls)
    return lambda _question: Answer(
        tool_calls=requests, usage=Usage(input_tokens=10), model="scripted/model", seconds=0.1
    )


def errand(evidence: list[Evidence], specialist: str = "metrics") -> Errand:
    there = world()
    incident = there.incident("entry")
    diagnosis = diagnose(evidence, incident, there.now)
    offered = choices.offer(BY_NAME[specialist], incident, evidence, diagnosis, ALLOWED)
    return Errand(
        specialist=BY_NAME[specialist],
        round=3,
        incident=incident,
        evidence=evidence,
        diagnosis=diagnosis,
        choices=offered,
    )


async def ask(sent: Errand, reply: Reply, left_s: float = 30.0) -> tuple[Heard, list[Question]]:
    mind = ScriptedMind(reply)
    minds = SpecialistMinds(
        mind_for=lambda _incident: Private(mind, Redactor(KEY)),
        redactor_for=lambda _incident: Redactor(KEY),
    )
    return await minds.choose(sent, left_s), mind.asked


def ref(role: str) -> str:
    return str(world().ref(role))


async def test_what_a_model_takes_from_the_list_is_asked(seen: list[Evidence]) -> None:
    heard, [question] = await ask(
        errand(seen), calling(("golden_signals", {"object": ref("core")}))
    )

    [look] = heard.inquiry.questions
    assert (look.specialist, look.topic, look.object) == ("metrics", "signals", world().ref("core"))
    assert (heard.inquiry.struck_count, heard.inquiry.note) == (0, "")
    assert question.schema is None
    assert heard.exchange is not None
    assert heard.exchange.user == question.user
    assert "golden_signals" in heard.exchange.tools
    assert ref("core") in heard.exchange.answer


async def test_tools_take_one_of_a_list_and_nothing_else(seen: list[Evidence]) -> None:
    _, [question] = await ask(errand(seen), calling())

    for tool in question.tools:
        assert tool.parameters["additionalProperties"] is False
        for argument in tool.parameters["properties"].values():
            assert argument["enum"]
    offered = {tool.name for tool in question.tools}
    assert offered == {"golden_signals"}
    assert ref("entry") not in str(question.tools)


@pytest.mark.parametrize("specialist", [item.name for item in SPECIALISTS])
async def test_a_question_is_small(seen: list[Evidence], specialist: str) -> None:
    _, [question] = await ask(errand(seen, specialist), calling())

    characters = len(question.system) + len(question.user) + len(str(question.tools))
    tokens = characters / TOKEN_CHARACTERS
    print(f"{specialist}: {tokens:.0f} input tokens")  # noqa: T201 - people watch this number
    assert tokens < MAX_TOKENS


async def test_words_alone_ask_for_nothing(seen: list[Evidence]) -> None:
    words = Answer(text="nothing further", usage=Usage(), model="scripted/model", seconds=0.1)

    heard, _ = await ask(errand(seen), lambda _question: words)

    assert heard.inquiry.questions == ()
    assert heard.inquiry.note == ""
    assert heard.exchange is not None
    assert heard.exchange.answer == "nothing further"


STRANGE = [
    ("rollback_rollout", {"namespace": "shop", "name": "web", "to_revision": 1}),
    ("describe_workload", {"object": ref("core")}),
    ("instant_query", {"query": "up"}),
    ("golden_signals", {"object": "Deployment/kube-system/coredns"}),
    ("golden_signals", {"object": ref("entry")}),
    ("golden_signals", {"object": ref("core"), "window_s": 86_400}),
    ("golden_signals", {"object": ref("core"), "end": "1970-01-01T00:00:00Z"}),
    ("golden_signals", {"object": ref("core") + '"} or vector(1) #'}),
    ("golden_signals", {"object": [ref("core")]}),
    ("golden_signals", {"object": {"$ne": 1}}),
    ("golden_signals", {"object": None}),
    ("golden_signals", {}),
    ("golden_signals", {"namespace": "shop", "service": "web"}),
    ("golden_signals", {"object": "x" * 1_000_000}),
    ("golden_signals\x00", {"object": ref("core")}),
    ("GOLDEN_SIGNALS", {"object": ref("core")}),
    ("", {}),
]


@pytest.mark.parametrize(("tool", "arguments"), STRANGE)
async def test_what_is_not_on_the_list_is_struck_and_counted(
    seen: list[Evidence], tool: str, arguments: dict[str, Any]
) -> None:
    heard, _ = await ask(errand(seen), calling((tool, arguments)))

    assert heard.inquiry.questions == ()
    assert heard.inquiry.struck_count == 1
    [struck] = heard.inquiry.struck
    assert struck.reason
    assert len(struck.said) < 200
    assert struck.said.isprintable()


async def test_a_thousand_calls_are_four(seen: list[Evidence]) -> None:
    sent = errand(seen, "kubernetes")
    all_of_it = [(item.tool, item.arguments) for item in sent.choices]
    assert len(all_of_it) > inquirer.MAX_LOOKS

    heard, _ = await ask(sent, calling(*(all_of_it * 1000)[:1000]))

    assert len(heard.inquiry.questions) == inquirer.MAX_LOOKS
    assert len(heard.inquiry.struck) == inquirer.MAX_STRUCK_TOLD
    assert heard.inquiry.struck_count >= len(all_of_it) - inquirer.MAX_LOOKS


async def test_a_look_is_taken_once(seen: list[Evidence]) -> None:
    call = ("golden_signals", {"object": ref("core")})

    heard, _ = await ask(errand(seen), calling(call, call, call))

    assert len(heard.inquiry.questions) == 1
    assert heard.inquiry.struck_count == 0


async def test_a_secret_in_what_is_struck_is_masked(seen: list[Evidence]) -> None:
    heard, _ = await ask(errand(seen), calling(("send", {"password": "password=hunter2hunter2"})))

    assert "hunter2" not in heard.model_dump_json()


def fail(error: Exception) -> Reply:
    def reply(_question: Question) -> Answer:
        raise error

    return reply


def _deep(_question: Question) -> Answer:
    nested: Any = {}
    for _ in range(100_000):
        nested = {"x": nested}
    request = ToolRequest(tool="golden_signals", arguments={"object": nested})
    return Answer(tool_calls=(request,), usage=Usage(), model="m", seconds=0.1)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (fail(MindUnavailableError("connection refused")), "connection refused"),
        (fail(MindBudgetSpentError("MAX_TOKENS_PER_HOUR is reached")), "MAX_TOKENS_PER_HOUR"),
        (fail(MindAnswerInvalidError("9 calls of tools at once")), "9 calls of tools at once"),
        (fail(ValueError("a fault of a library")), "ValueError"),
        (_deep, "RecursionError"),
    ],
)
async def test_a_mind_that_fails_leaves_a_note(
    seen: list[Evidence], reply: Reply, told: str
) -> None:
    heard, asked = await ask(errand(seen), reply)

    assert heard.inquiry.questions == ()
    assert told in heard.inquiry.note
    assert len(asked) == 1


async def test_names_that_are_private_are_not_offered(seen: list[Evidence]) -> None:
    sent = errand(seen)
    [first, *rest] = sent.choices
    secret = Choice(
        first.tool, {"object": "Deployment/shop/password=hunter2hunter2"}, first.question
    )

    _, [question] = await ask(
        Errand(
            specialist=sent.specialist,
            round=1,
            incident=sent.incident,
            evidence=sent.evidence,
            diagnosis=sent.diagnosis,
            choices=[secret, *rest],
        ),
        calling(),
    )

    assert "hunter2" not in str(question.tools)
    assert question.tools


@pytest.mark.parametrize(
    ("when", "conclusion", "is_wanted"),
    [
        (When.UNSURE, Conclusion.UNDECIDED, True),
        (When.UNSURE, Conclusion.CAUSE_FOUND, False),
        (When.UNSURE, Conclusion.NOTHING_WRONG, False),
        (When.UNSURE, Conclusion.REPAIR_UNDER_WAY, False),
        (When.ALWAYS, Conclusion.CAUSE_FOUND, True),
        (When.NEVER, Conclusion.UNDECIDED, False),
    ],
)
def test_a_run_that_is_sure_asks_nobody(
    when: When, conclusion: Conclusion, *, is_wanted: bool
) -> None:
    minds = SpecialistMinds(
        mind_for=lambda _incident: ScriptedMind(calling()),
        redactor_for=lambda _incident: Redactor(KEY),
        when=when,
    )
    found = Diagnosis(causes=(), abstained=True, reason="", conclusion=conclusion)

    assert minds.is_wanted(found, 3) is is_wanted


async def test_whose_turn_comes_too_late_is_not_asked(seen: list[Evidence]) -> None:
    heard, asked = await ask(errand(seen), calling(), left_s=0.1)

    assert asked == []
    assert "the 30 s of the round were over" in heard.inquiry.note


async def test_a_question_may_take_what_is_left_of_the_round(seen: list[Evidence]) -> None:
    _, [question] = await ask(errand(seen), calling(), left_s=7.0)

    assert question.deadline_s == 7.0
