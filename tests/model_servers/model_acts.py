"""What a model's server does with a question: the lines of a script."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Say:
    """It answers with a text; `finish` is why it stopped, in the words of this page."""

    text: str
    finish: str = "stop"
    counts: tuple[Any, Any] | None = (1000, 50)
    """Tokens read and written, as it states them; a liar's need not be numbers."""


@dataclass(frozen=True)
class Call:
    """It would like to see tools called."""

    calls: tuple[tuple[str, Mapping[str, Any]], ...]
    counts: tuple[Any, Any] | None = (1000, 50)


@dataclass(frozen=True)
class Fail:
    """It answers with an error."""

    status: int
    message: str = "something went wrong"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """It answers with these bytes."""

    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """It promises a whole answer and breaks off in the middle of it."""

    text: str


@dataclass(frozen=True)
class Vanish:
    """It closes the connection without a word."""


@dataclass(frozen=True)
class Slow:
    """It waits before it does something."""

    seconds: float
    then: "Act"


@dataclass(frozen=True)
class Flood:
    """It answers without end: each piece looks like the middle of an answer."""

    most_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True)
class Drip:
    """It answers, one byte after the other."""

    text: str
    pause_s: float = 0.05


@dataclass(frozen=True)
class Read:
    """It reads what it is asked, as it arrived, and then does something."""

    answer: "Callable[[Mapping[str, Any]], Act]"


@dataclass(frozen=True)
class Stop:
    """It breaks off in the middle of an answer, and the server is gone: nobody listens there any more."""

    text: str = "It is gone in the middle of this."


Act = Say | Call | Fail | Raw | Cut | Vanish | Slow | Flood | Drip | Read | Stop
