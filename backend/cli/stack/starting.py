"""Whether a program that was started has begun its work, and in its own words why it does not."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sre_agent.domain.errors import PermanentError

_LOOK_EVERY_S = 0.05
_TAIL_BYTES = 16 * 1024
_TOLD_MAX = 500
_REFUSED = "program_refused"
"""What a program says last when its settings or its world do not allow it: starting it again is in vain."""


def wait(
    what: str,
    is_there: Callable[[], bool],
    log: Path,
    *,
    since: datetime,
    patience_s: float,
) -> None:
    """Wait until a program is ready.

    Args:
        what: What is waited for, for people.
        is_there: Whether it is ready.
        log: The program's output.
        since: When it was started; what it said before does not count.
        patience_s: How long it may take, in seconds.

    Raises:
        PermanentError: It refuses to start, or is not ready in time; its last words are in the message.
    """
    deadline_s = time.monotonic() + patience_s
    while not is_there():
        why = refusal(log, since)
        if why is not None:
            raise PermanentError(
                f"{log.stem} refuses to start: {why}\n"
                "Correct that (.env.example explains each setting), then ./stop.sh && ./start.sh"
            )
        if time.monotonic() > deadline_s:
            raise PermanentError(
                f"{what}: not within {patience_s:g} s. The last line of {log}: {last_words(log)}\n"
                "sre-agent doctor says what is ill; then ./stop.sh && ./start.sh"
            )
        time.sleep(_LOOK_EVERY_S)


def refusal(log: Path, since: datetime) -> str | None:
    """Return why a program refused to start after `since`, if that is the last that it said."""
    try:
        said = json.loads(_last_line(log))
        if said["event"] != _REFUSED or datetime.fromisoformat(said["timestamp"]) < since:
            return None
        return str(said["reason"])
    except (ValueError, KeyError, TypeError):
        return None  # not the line with which our programs refuse


def last_words(log: Path) -> str:
    """Return the last line of a program's output, shortened."""
    return _last_line(log)[:_TOLD_MAX] or "(it said nothing)"


def is_alive(sign: Path, within_s: float, *, now: datetime) -> bool:
    """Return whether a program touched its sign of life within so many seconds before `now`."""
    try:
        return now.timestamp() - sign.stat().st_mtime <= within_s
    except FileNotFoundError:
        return False


def _last_line(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except FileNotFoundError:
        return ""
    return next((line for line in reversed(lines) if line.strip()), "")
