"""How a program of the platform ends when it cannot begin: with a sentence, not a traceback."""

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
