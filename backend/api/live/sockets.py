"""The WebSockets: an incident as it goes on, and the organization as a whole."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from backend.actors import Actor
from backend.api.context import ApiContext, find_context
from backend.api.live import entrance, frames
from backend.api.live.closing import ClosingError, Code
from backend.api.live.line import Line
from backend.api.live.outbox import Outbox, TooSlowError
from backend.api.live.racing import until_first
from backend.api.live.stream import Stream
from backend.db import incident_rows
from backend.db.engine import AWAY
from backend.db.journal import IncidentNotFoundError
from sre_agent.domain.ids import IncidentId

router = APIRouter()

_log = structlog.get_logger()


@router.websocket("/ws/incidents/{incident_id}")
async def follow_incident(websocket: WebSocket, incident_id: str) -> None:
    """Send the events after `after`, then every new one."""
    context = find_context(websocket)
    async with _answer(websocket) as line, _let_in(websocket, context) as actor:
        after = _number(websocket.query_params.get("after", "0"))
        if "\0" in incident_id:
            # PostgreSQL cannot even be asked for it.
            raise ClosingError(Code.NOT_FOUND, "no such incident")
        id_ = IncidentId(incident_id)
        async with context.engine.connect() as connection:
            row = await incident_rows.get(connection, id_, org_id=actor.org_id)
        async with context.newsroom.streams.join(id_, head=row.last_seq) as stream:
            await until_first(
                _send_log(line, stream, after), entrance.watch(websocket, context), line.ignore()
            )


@router.websocket("/ws/feed")
async def follow_feed(websocket: WebSocket) -> None:
    """Send the open incidents and the switch as they stand, then every change."""
    context = find_context(websocket)
    async with _answer(websocket) as line, _let_in(websocket, context) as actor:
        outbox = Outbox()
        async with context.newsroom.feed.join(actor.org_id, outbox):
            await until_first(line.drain(outbox), entrance.watch(websocket, context), line.ignore())


async def _send_log(line: Line, stream: Stream, after: int) -> None:
    outbox = Outbox()
    # First the place, then the past: what comes meanwhile waits in the outbox.
    head = stream.attach(outbox)
    try:
        while after < head and (page := await stream.replay(after, head)) is not None:
            await line.send(page)
            after = page.last_seq or head
        await line.send(frames.caught_up(head))
        await line.drain(outbox)
    finally:
        stream.detach(outbox)


@asynccontextmanager
async def _answer(websocket: WebSocket) -> AsyncIterator[Line]:
    """Accept, and close in a way that says what to do about it.

    Everybody is accepted first: a browser is not told why a handshake failed.
    """
    await websocket.accept()
    line = Line(websocket, find_context(websocket).newsroom.pace)
    try:
        yield line
    except ClosingError as closing:
        await line.close(closing.code, closing.reason)
    except IncidentNotFoundError:
        await line.close(Code.NOT_FOUND, "no such incident")
    except TooSlowError:
        await line.send_away()
    except WebSocketDisconnect:
        return
    except AWAY as error:
        _log.warning("follower_dropped", reason=str(error).partition("\n")[0])
        await line.close(Code.TRY_LATER, "the database does not answer")


@asynccontextmanager
async def _let_in(websocket: WebSocket, context: ApiContext) -> AsyncIterator[Actor]:
    """Yield who it is, who has a place for as long as the block runs.

    Raises:
        ClosingError: They may not come in, or there is no place.
    """
    places = context.newsroom.places
    with places.enter():
        actor = await entrance.enter(websocket, context)
        with places.seat(actor):
            yield actor


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ClosingError(Code.MALFORMED, "after must be the number of an event, 0 for all")
    return int(text)
