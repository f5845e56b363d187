"""Run the embedded PostgreSQL: `python -m backend.db.embedded --data DIR [--socket-dir DIR]`."""

import argparse
import sys
from pathlib import Path

import structlog

from backend.db.embedded import cluster, server
from sre_agent.domain.errors import PermanentError

_log = structlog.get_logger()


def main() -> int:
    """Read the command line, run the server, return its exit code."""
    parser = argparse.ArgumentParser(description="PostgreSQL in the foreground, on a Unix socket.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data")
    parser.add_argument("--socket-dir", type=Path, help="folder of the socket; keep it short")
    arguments = parser.parse_args()
    # Standard output carries one line, the URL, for programs that read it.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        return server.run(cluster.at(arguments.data, arguments.socket_dir))
    except PermanentError as error:
        _log.error("postgres_refused", reason=str(error))
        return 2


if __name__ == "__main__":
    sys.exit(main())
