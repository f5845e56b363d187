"""What waits for one follower is bounded, in order, and lost as a whole or not at all."""

import pytest

from backend.api.live.frames import Frame
from backend.api.live.outbox import CHARACTERS_MAX, FRAMES_MAX, Outbox, TooSlowError

SHORT_S = 0.01


async def test_frames_come_out_in_order_and_then_nothing() -> None:
    outbox = Outbox()
    for name in ("a", "b"):
        outbox.put(Frame(name))

    taken = [await outbox.take(SHORT_S) for _ in range(3)]

    assert taken == [Frame("a"), Frame("b"), None]


async def test_too_many_frames_are_let_go_of() -> None:
    outbox = Outbox()

    for _ in range(FRAMES_MAX + 1):
        outbox.put(Frame("x"))
    outbox.put(Frame("late"))

    with pytest.raises(TooSlowError):
        await outbox.take(SHORT_S)


async def test_too_much_text_is_let_go_of() -> None:
    outbox = Outbox()

    for _ in range(3):
        outbox.put(Frame("x" * (CHARACTERS_MAX // 2)))

    with pytest.raises(TooSlowError):
        await outbox.take(SHORT_S)


async def test_one_frame_is_taken_however_long_it_is() -> None:
    outbox = Outbox()
    long = Frame("x" * (CHARACTERS_MAX + 1))

    outbox.put(long)

    assert await outbox.take(SHORT_S) is long


async def test_what_was_sent_makes_room() -> None:
    outbox = Outbox()
    half = Frame("x" * (CHARACTERS_MAX // 2))

    for _ in range(5):
        outbox.put(half)
        outbox.put(half)
        assert await outbox.take(SHORT_S) is half
        assert await outbox.take(SHORT_S) is half
