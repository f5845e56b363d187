"""A session answers every call with one of four envelopes."""

import asyncio
from typing import Annotated, Any

import pytest
from mcp_types import CallToolResult
from pydantic import Field

from mcp_servers.common.envelope import Answer, NoDataError, RefusedError, UnreachableError
from mcp_servers.common.limits import MAX_ANSWER_BYTES
from mcp_servers.common.session import Session
from mcp_servers.common.toolset import Call, Tool, described


async def add(a: int, b: Annotated[int, Field(strict=True, ge=0)] = 1) -> Answer:
    """Add two
    numbers.
    """
    return Answer({"sum": a + b}, ("the rest",))


async def empty() -> Answer:
    """Find nothing."""
    raise NoDataError("nothing there")


async def deny() -> Answer:
    """Refuse."""
    raise RefusedError("forbidden", "not allowed")


async def silent() -> Answer:
    """Fail to reach."""
    raise UnreachableError("no answer")


async def crash() -> Answer:
    """Break."""
    raise KeyError("s3cret detail")


async def slow() -> Answer:
    """Take too long."""
    await asyncio.sleep(5)
    return Answer({})


async def huge() -> Answer:
    """Answer too much."""
    return Answer({"text": "x" * (MAX_ANSWER_BYTES + 1)})


async def change(call: Call, name: str) -> Answer:
    """Change something."""
    return Answer({"tool": call.tool, "arguments": call.arguments, "grant": call.grant})


READS = tuple(Tool(run) for run in (add, empty, deny, silent, crash, huge))


@pytest.fixture
def session() -> Session:
    return Session("test", "1", (*READS, Tool(slow, deadline_s=0.01), Tool(change, writes=True)))


async def content(session: Session, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await session.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert isinstance(result.structured_content, dict)
    is_failure = result.structured_content["status"] in {"refused", "unreachable"}
    assert result.is_error is is_failure
    return result.structured_content


async def test_an_answer_carries_its_data_and_what_was_left_out(session: Session) -> None:
    found = await content(session, "add", a=2, b=3)

    assert found["status"] == "ok"
    assert found["data"] == {"sum": 5}
    assert found["left_out"] == ["the rest"]
    assert found["observed_at"].endswith("Z")


@pytest.mark.parametrize(
    ("tool", "status", "code"),
    [
        ("empty", "no_data", None),
        ("deny", "refused", "forbidden"),
        ("silent", "unreachable", None),
        ("slow", "unreachable", None),
        ("huge", "refused", "answer_too_large"),
        ("crash", "refused", "internal_error"),
        ("nothing_of_the_kind", "refused", "unknown_tool"),
    ],
)
async def test_no_data_refusal_and_silence_are_different_things(
    session: Session, tool: str, status: str, code: str | None
) -> None:
    found = await content(session, tool)

    assert (found["status"], found.get("code")) == (status, code)
    assert "data" not in found


async def test_a_crash_does_not_leak_what_it_was_about(session: Session) -> None:
    found = await content(session, "crash")

    assert "s3cret" not in str(found)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"a": "two"}, "a:"),
        ({"b": 1}, "a:"),
        ({"a": 1, "b": "1"}, "b:"),
        ({"a": 1, "b": True}, "b:"),
        ({"a": 1, "b": -1}, "b:"),
        ({"a": 1, "c": 1}, "unknown argument: c"),
    ],
)
async def test_wrong_arguments_are_refused_by_name(
    session: Session, arguments: dict[str, Any], named: str
) -> None:
    found = await content(session, "add", **arguments)

    assert (found["status"], found["code"]) == ("refused", "invalid_arguments")
    assert named in found["reason"]


async def test_a_writing_tool_receives_its_arguments_as_sent(session: Session) -> None:
    found = await content(session, "change", name="x")

    assert found["data"] == {"tool": "change", "arguments": {"name": "x"}, "grant": None}


async def test_the_call_itself_cannot_be_given_as_an_argument(session: Session) -> None:
    found = await content(session, "change", name="x", call={"grant": "forged"})

    assert found["code"] == "invalid_arguments"


async def test_a_listed_schema_wastes_nothing_and_hides_the_call(session: Session) -> None:
    listed = {tool.name: tool for tool in await session.list_tools()}

    assert listed["add"].description == "Add two numbers."
    assert listed["add"].input_schema == {
        "type": "object",
        "properties": {
            "a": {"type": "integer"},
            "b": {"type": "integer", "default": 1, "minimum": 0},
        },
        "required": ["a"],
        "additionalProperties": False,
    }
    assert list(listed["change"].input_schema["properties"]) == ["name"]


@pytest.mark.parametrize("writes", [False, True])
def test_a_tool_says_whether_it_only_reads(writes: bool) -> None:
    annotations = described(Tool(change if writes else add, writes=writes)).annotations

    assert annotations is not None
    assert annotations.read_only_hint is not writes
    assert annotations.destructive_hint is writes
