"""What is said over a WebSocket: JSON texts, encoded once for however many hear them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Frame:
    """A text to send. `last_seq` is the last event it holds; what holds none has None."""

    text: str
    last_seq: int | None = None


PING = Frame('{"type":"ping"}')
"""Said when there was nothing else for a while: a browser cannot see the protocol's own pings."""


def events(bodies: str, *, last_seq: int, status: str) -> Frame:
    """Return the frame that holds events; `bodies` are their JSON texts, separated by commas."""
    text = f'{{"type":"events","events":[{bodies}],"last_seq":{last_seq},"status":{json.dumps(status)}}}'
    return Frame(text, last_seq)


def caught_up(last_seq: int) -> Frame:
    """Return the frame that ends the replay."""
    return make("caught_up", {"last_seq": last_seq})


def resume(after: int | None) -> Frame:
    """Return the frame for whom is too slow: go on from there over another connection."""
    return make("resume", {"after": after})


def make(kind: str, content: Mapping[str, Any]) -> Frame:
    """Return a frame of plain JSON."""
    text = json.dumps({"type": kind, **content}, separators=(",", ":"), ensure_ascii=False)
    return Frame(text)
