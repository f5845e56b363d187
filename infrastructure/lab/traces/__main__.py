"""Command line of the trace store."""

import argparse
import asyncio

from infrastructure.lab.traces.serve import serve
from infrastructure.lab.traces.store import Store

_RETENTION_S = 30 * 60
_MAX_SPANS = 40_000


def main() -> None:
    """Run the store until it is told to stop."""
    parser = argparse.ArgumentParser(
        prog="python -m infrastructure.lab.traces", description=__doc__
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--retention", type=int, default=_RETENTION_S, help="seconds kept")
    parser.add_argument("--max-spans", type=int, default=_MAX_SPANS)
    given = parser.parse_args()
    asyncio.run(serve(Store(given.max_spans, given.retention), given.port))


if __name__ == "__main__":
    main()
