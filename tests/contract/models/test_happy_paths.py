"""Each kind of server is asked through its provider's real client, and answers."""

from dataclasses import replace

import pytest
from asking import Opinion, asked_at, prose, shaped, with_tools
from model_acts import Call, Fail, Say
from model_dialects import OpenAIChat
from model_kinds import KEY, KINDS, Kind
from model_server import serving

from sre_agent.llm.chat import Chat
from sre_agent.llm.mind import ToolRequest, Usage
from sre_agent.llm.providers.kinds import PROVIDERS
from sre_agent.llm.providers.place import Place

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@every_kind
async def test_words_come_back_with_what_they_took(kind: Kind) -> None:
    async with asked_at(kind, Say("The disk is full.")) as (chat, server):
        answer = await chat.ask(prose())

        assert answer.text == "The disk is full."
        assert answer.usage == Usage(input_tokens=1000, output_tokens=50)
        assert answer.model == chat.name
        assert [item.path.partition("?")[0] for item in server.asked] == [kind.path]


@every_kind
async def test_the_door_alone_says_the_key_and_nothing_of_the_machine(kind: Kind) -> None:
    async with asked_at(kind, Say("Yes.")) as (chat, server):
        await chat.ask(prose())

        (asked,) = server.asked
        others = set(asked.headers) - {"host", "accept", "accept-encoding", "content-type"}
        others -= {"content-length", "transfer-encoding", "connection", "anthropic-version"}
        assert others == {kind.key_header}
        assert asked.headers[kind.key_header].removeprefix("Bearer ") == KEY


@every_kind
async def test_a_shape_is_asked_for_and_kept_to(kind: Kind) -> None:
    async with asked_at(kind, Say('{"cause": "disk_full", "odds": 0.7}')) as (chat, server):
        answer = await chat.ask(shaped())

        assert answer.value == Opinion(cause="disk_full", odds=0.7)
        assert "odds" in str(server.asked[0].body)


_ALOUD = "Is it {full}? Let me look at the next fact and weigh it once more. " * 1400


@every_kind
@pytest.mark.parametrize("begins", ["<think>\n", ""], ids=["marked", "begun by its server"])
async def test_what_a_model_thinks_aloud_is_no_part_of_its_answer(kind: Kind, begins: str) -> None:
    act = Say(f"{begins}{_ALOUD}</think>\n\nThe disk is full.", counts=(1000, 19_000))
    async with asked_at(kind, act) as (chat, _):
        answer = await chat.ask(replace(prose(), max_output_tokens=20_200))

    assert answer.text == "The disk is full."
    assert answer.usage == Usage(input_tokens=1000, output_tokens=19_000)


async def test_what_a_model_thinks_aloud_is_no_part_of_a_shape() -> None:
    act = Say(f'<think>{_ALOUD}</think>{{"cause": "disk_full", "odds": 0.7}}')
    async with asked_at(KINDS[1], act) as (chat, _):
        answer = await chat.ask(replace(shaped(), max_output_tokens=20_200))

    assert answer.value == Opinion(cause="disk_full", odds=0.7)


@every_kind
async def test_calls_of_tools_are_handed_over_unmade(kind: Kind) -> None:
    act = Call((("list_pods", {"namespace": "shop"}),))
    async with asked_at(kind, act) as (chat, server):
        answer = await chat.ask(with_tools())

        assert answer.tool_calls == (ToolRequest("list_pods", {"namespace": "shop"}),)
        assert "list_pods" in str(server.asked[0].body["tools"])
        assert len(server.asked) == 1


@every_kind
async def test_an_answer_that_is_not_counted_is_estimated(kind: Kind) -> None:
    async with asked_at(kind, Say("The disk is full.", counts=None)) as (chat, _server):
        answer = await chat.ask(prose())

        assert answer.usage.is_estimated
        assert answer.usage.output_tokens >= 4


@every_kind
async def test_the_room_for_the_answer_is_told(kind: Kind) -> None:
    async with asked_at(kind, Say("Yes.")) as (chat, server):
        await chat.ask(prose())

        assert "200" in str(server.asked[0].body)


@pytest.mark.parametrize(
    ("provider", "model", "bound"),
    [
        ("openai", "gpt-5", "max_completion_tokens"),
        ("azure", "our-deployment", "max_completion_tokens"),
        ("github", "openai/gpt-5", "max_completion_tokens"),
        ("github", "meta/llama-4", "max_tokens"),
        ("vllm", "openai/gpt-oss-20b", "max_tokens"),
    ],
)
async def test_the_room_is_told_by_the_name_that_the_model_knows(
    provider: str, model: str, bound: str
) -> None:
    async with serving(OpenAIChat(), Say("Yes.")) as server:
        place = Place(
            provider=PROVIDERS[provider], base_url=f"{server.url}/v1", model=model, key=KEY
        )
        chat = Chat(place)
        await chat.ask(prose())
        await chat.close()

    (asked,) = server.asked
    bounds = {name: asked.body[name] for name in asked.body if name.startswith("max_")}
    assert bounds == {bound: 200}


async def test_a_server_that_knows_no_schemas_is_told_in_words() -> None:
    kind = next(kind for kind in KINDS if kind.name == "openai")
    acts = (Fail(400, "response_format is not known"), Say('{"cause": "x", "odds": 1}'))
    async with asked_at(kind, *acts) as (chat, server):
        first = await chat.ask(shaped())
        second = await chat.ask(shaped())

        assert first.value == second.value == Opinion(cause="x", odds=1)
        assert ["response_format" in item.body for item in server.asked] == [True, False, False]
        assert "odds" in str(server.asked[1].body["messages"])
