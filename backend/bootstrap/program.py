"""How a program of the platform begins, and how it ends when it cannot."""

import sys
from collections.abc import Callable

import structlog

from sre_agent.domain.errors import PermanentError

_log = structlog.get_logger()


def run(main: Callable[[], None]) -> None:
    """Run the program; exit with 2 and say why when its settings or its world do not allow it."""
    try:
        main()
    except PermanentError as error:
        _log.error("program_refused", reason=str(error))
        sys.exit(2)


def log_as_json() -> None:
    """Write each log line as JSON; a trace has no variables in it, which may hold secrets."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )
