"""One WebSocket: sending within a time limit, and noticing that the other side is gone."""

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from backend.api.live import frames
from backend.api.live.closing import Code
from backend.api.live.frames import Frame
from backend.api.live.outbox import Outbox, TooSlowError
from backend.api.live.pace import Pace

_BREATH_S = 0.05


class Line:
    """A WebSocket that was accepted."""

    def __init__(self, websocket: WebSocket, pace: Pace) -> None:
        self._websocket = websocket
        self._pace = pace
        self._last_seq: int | None = None

    async def send(self, frame: Frame) -> None:
        """Send, however long the other side lets it take.

        Raises:
            TooSlowError: It took too long.
            WebSocketDisconnect: The other side is gone.
        """
        try:
            async with asyncio.timeout(self._pace.send_s):
                await self._websocket.send_text(frame.text)
        except TimeoutError:
            raise TooSlowError from None
        if frame.last_seq is not None:
            self._last_seq = frame.last_seq

    async def drain(self, outbox: Outbox) -> None:
        """Send what comes into the outbox, until the line ends; break its silence now and then.

        Raises:
            TooSlowError: The other side does not keep up.
            WebSocketDisconnect: The other side is gone.
        """
        while True:
            await self.send(await outbox.take(self._pace.ping_s) or frames.PING)

    async def ignore(self) -> None:
        """Let go by what the other side says, of which nothing is expected; return when it is gone."""
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            # Reading goes on after this only: who talks much is held up by its own connection.
            await asyncio.sleep(_BREATH_S)

    async def send_away(self) -> None:
        """Tell the other side that it was too slow, if it still listens."""
        try:
            async with asyncio.timeout(self._pace.farewell_s):
                await self._websocket.send_text(frames.resume(self._last_seq).text)
        except (TimeoutError, WebSocketDisconnect):
            return
        await self.close(Code.TOO_SLOW, "too slow: connect again and go on after the last event")

    async def close(self, code: Code, reason: str) -> None:
        """Close, if the other side is still there."""
        try:
            async with asyncio.timeout(self._pace.farewell_s):
                await self._websocket.close(code, reason)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            # Starlette says RuntimeError when the close of the other side crossed ours.
            return
