"""Running a server as a process."""

import logging
import sys

import structlog
import uvicorn

from mcp_servers.common.settings import ServerSettings
from mcp_servers.common.skin import Program, build_app

_SHUTDOWN_S = 5
"""How long open calls may finish after the stop signal."""


def serve(program: Program, settings: ServerSettings) -> None:
    """Serve until a signal to stop."""
    _configure_logging(settings.mcp_log_level)
    app = build_app(program, host=settings.mcp_host)
    config = uvicorn.Config(
        app,
        host=settings.mcp_host,
        port=settings.mcp_port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )
    uvicorn.Server(config).run()


def _configure_logging(level: str) -> None:
    """Log JSON lines to standard error; foreign loggers speak up from warnings on."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(number, logging.WARNING), format="%(message)s")
    logging.getLogger("uvicorn.error").setLevel(number)  # noqa: TID251 - a foreign logger's level
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
