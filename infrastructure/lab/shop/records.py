"""Write log records: one JSON object a line on standard output."""

import json
import os
import sys
import threading
import time
from types import TracebackType

_LOCK = threading.Lock()

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
"""What the files of the image are below."""


class Log:
    """A logger that puts the same facts into each record."""

    def __init__(self, logger: str, **facts: str) -> None:
        """Name the logger and the facts that every record carries."""
        self._logger, self._facts = logger, facts

    def write(self, level: str, msg: str, **fields: object) -> None:
        """Write one record; fields that are None are left out."""
        record = {"ts": timestamp(), "level": level, "logger": self._logger, "msg": msg}
        known = {name: value for name, value in fields.items() if value is not None}
        line = json.dumps({**record, **known, **self._facts}, separators=(",", ":"))
        with _LOCK:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


def timestamp() -> str:
    """Return the time as RFC 3339 in UTC with milliseconds."""
    nanoseconds = time.time_ns()
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(nanoseconds // 10**9))
    return f"{whole}.{nanoseconds // 10**6 % 1000:03d}Z"


def stack(error: BaseException) -> str:
    """Return the traceback of an error as Python prints it, with file names as in the image."""
    lines = ["Traceback (most recent call last):"]
    frame: TracebackType | None = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        name = code.co_filename.removeprefix(_ROOT)
        lines.append(f'  File "/app/{name}", line {frame.tb_lineno}, in {code.co_name}')
        frame = frame.tb_next
    return "\n".join([*lines, describe(error)])


def describe(error: BaseException) -> str:
    """Return type and text of an error: `KeyError: 'JPY'`."""
    return f"{type(error).__name__}: {error}"
