"""Command line of the log server."""

import argparse
import asyncio
from pathlib import Path

from infrastructure.lab.logs.logql.durations import NS_PER_S
from infrastructure.lab.logs.serve import Options, serve
from infrastructure.lab.logs.store import Bounds

_RETENTION_S = 30 * 60
_MAX_ENTRIES = 250_000
_MAX_MIB = 64


def _label(text: str) -> str:
    name, _, value = text.partition("=")
    if name != "cluster" or not value:
        raise argparse.ArgumentTypeError("only cluster=NAME can be set")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infrastructure.lab.logs", description=__doc__)
    parser.add_argument("--dir", type=Path, help="folder for loki.json, written when ready")
    parser.add_argument("--logs", type=Path, required=True, help="folder of the pods' logs")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--label", type=_label, default="cluster=lab", metavar="cluster=NAME")
    parser.add_argument("--retention", type=int, default=_RETENTION_S, help="seconds kept")
    parser.add_argument("--max-entries", type=int, default=_MAX_ENTRIES)
    parser.add_argument("--max-mib", type=int, default=_MAX_MIB, help="MiB of lines kept")
    return parser


def main() -> None:
    """Run the server until it is told to stop."""
    given = _parser().parse_args()
    bounds = Bounds(given.retention * NS_PER_S, given.max_entries, given.max_mib * 1024 * 1024)
    asyncio.run(serve(Options(given.logs, given.dir, given.port, given.label, bounds)))


if __name__ == "__main__":
    main()
