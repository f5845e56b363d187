"""Routes of questions: one answered while it is read, and the threads that they stand in."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from backend.api.auth import Viewer
from backend.api.context import Context
from backend.ask.desk import QUESTION_CHARACTERS, owner_of
from backend.ask.steps import Done, Failed, Looking, Said
from backend.db import ask_threads
from backend.db.engine import AWAY
from sre_agent.ask.remembering import Turn
from sre_agent.domain.errors import TransientError

router = APIRouter(prefix="/api/v1/ask", tags=["ask"])

_Thread = Annotated[str, Path(max_length=64)]


class AskQuestion(BaseModel):
    """What somebody would like to know; in a thread `it` may mean what was spoken of last."""

    question: str = Field(min_length=1, max_length=QUESTION_CHARACTERS)
    thread: str | None = Field(default=None, max_length=64, description="None begins a new one.")


class _Lines(StreamingResponse):
    media_type = "application/x-ndjson"


class ThreadView(BaseModel):
    """A thread."""

    id: str
    title: str = Field(description="How its first question began.")
    began_at: datetime
    last_at: datetime
    turns: int


class ThreadList(BaseModel):
    """Threads, the one spoken in last first."""

    threads: list[ThreadView]


class ThreadDetail(BaseModel):
    """What a thread remembers: `summary` has its older turns in a line each."""

    summary: str
    turns: list[Turn]


@router.post(
    "",
    response_class=_Lines,
    responses={200: {"model": Looking | Said | Done | Failed}, 404: {}},
)
async def ask(context: Context, actor: Viewer, body: AskQuestion) -> StreamingResponse:
    """Answer a question while it is read: one JSON object on a line.

    The last one has the `step` `done` or `failed`. What is said cites what it rests on. Nothing is changed by asking, whatever is asked; the
    question and its answer are kept in a thread that nobody else sees.
    """
    memory = await context.asking.recall(actor, body.thread)
    context.asking.check_room(actor)

    async def lines() -> AsyncIterator[bytes]:
        try:
            with context.asking.place(actor):
                async for step in context.asking.answer(actor, body.question, body.thread, memory):
                    yield step.model_dump_json().encode() + b"\n"
        except (*AWAY, TransientError):
            lost = Failed(title="Something that is needed is away", hint="Ask again soon.")
            yield lost.model_dump_json().encode() + b"\n"

    return _Lines(lines())


@router.get("/threads")
async def list_threads(context: Context, actor: Viewer) -> ThreadList:
    """List your own threads."""
    async with context.engine.connect() as connection:
        found = await ask_threads.list_all(connection, owner_of(actor))
    return ThreadList(threads=[ThreadView(**vars(each)) for each in found])


@router.get("/threads/{thread_id}", responses={404: {}})
async def show_thread(context: Context, actor: Viewer, thread_id: _Thread) -> ThreadDetail:
    """Show what was asked and answered in a thread of your own."""
    async with context.engine.connect() as connection:
        memory = await ask_threads.read(connection, owner_of(actor), thread_id)
    return ThreadDetail(summary=memory.summary, turns=list(memory.turns))


@router.delete("/threads/{thread_id}", status_code=204, responses={404: {}})
async def forget_thread(context: Context, actor: Viewer, thread_id: _Thread) -> None:
    """Forget a thread of your own."""
    async with context.engine.begin() as connection:
        await ask_threads.forget(connection, owner_of(actor), thread_id)
