"""Questions that are put to models' servers, through the providers' real clients."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from model_acts import Act
from model_kinds import Kind
from model_server import ModelServer, serving
from pydantic import BaseModel

from sre_agent.llm.chat import Chat
from sre_agent.llm.mind import Question, ToolSpec

DEADLINE_S = 60.0
"""Far more than is needed: the machine may be busy."""


class Opinion(BaseModel):
    """An answer in a shape."""

    cause: str
    odds: float


PODS = ToolSpec(
    name="list_pods",
    description="List the pods of a namespace.",
    parameters={
        "type": "object",
        "properties": {"namespace": {"type": "string"}},
        "required": ["namespace"],
    },
)


def prose(*, deadline_s: float = DEADLINE_S) -> Question:
    """Return a question that is answered in words."""
    return _question(deadline_s=deadline_s)


def shaped() -> Question:
    """Return a question that is answered in a shape."""
    return _question(schema=Opinion)


def with_tools() -> Question:
    """Return a question to which calls of tools are an answer."""
    return _question(tools=(PODS,))


@asynccontextmanager
async def asked_at(kind: Kind, *acts: Act) -> AsyncIterator[tuple[Chat, ModelServer]]:
    """Yield a model and the server it is at, which plays a script."""
    async with serving(kind.dialect(), *acts) as server:
        chat = Chat(kind.place(server.url))
        await chat.load()
        try:
            yield chat, server
        finally:
            await chat.close()


def _question(
    *,
    schema: type[BaseModel] | None = None,
    tools: tuple[ToolSpec, ...] = (),
    deadline_s: float = DEADLINE_S,
) -> Question:
    return Question(
        role="reflector",
        system="You are careful.",
        user="What is wrong?",
        schema=schema,
        tools=tools,
        max_output_tokens=200,
        deadline_s=deadline_s,
    )
