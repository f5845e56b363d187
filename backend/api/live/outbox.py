"""What waits to be sent to one follower, bounded: memory is not held for those who do not read."""

import asyncio
from collections import deque

from backend.api.live.frames import Frame

FRAMES_MAX = 1000
CHARACTERS_MAX = 2 * 1024 * 1024
"""How much may wait. The texts are shared among all followers that wait for the same."""


class TooSlowError(Exception):
    """The follower does not keep up; it is to come again and go on where it was."""


class Outbox:
    """The frames of one follower, in order; after an overflow there are none any more."""

    def __init__(self) -> None:
        self._frames: deque[Frame] = deque()
        self._characters = 0
        self._is_cut = False
        self._news = asyncio.Event()

    def put(self, frame: Frame) -> None:
        """Add a frame; never waits."""
        if self._is_cut:
            return
        self._frames.append(frame)
        self._characters += len(frame.text)
        # One frame is taken however long it is: it would not get shorter the next time.
        if len(self._frames) > 1 and (
            len(self._frames) > FRAMES_MAX or self._characters > CHARACTERS_MAX
        ):
            self.cut()
        self._news.set()

    def cut(self) -> None:
        """Let go of everything; whoever takes the next one is told."""
        self._is_cut = True
        self._frames.clear()
        self._characters = 0
        self._news.set()

    async def take(self, timeout_s: float) -> Frame | None:
        """Return the next frame, or None when there was none for so long.

        Raises:
            TooSlowError: There was more than may wait.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        except TimeoutError:
            return None
        if self._is_cut:
            raise TooSlowError
        frame = self._frames.popleft()
        self._characters -= len(frame.text)
        if not self._frames:
            self._news.clear()
        return frame
