"""The ports of the inner servers: chosen once for each start, and read by whoever needs them."""

import json
import socket

from backend.cli.stack import supervision
from backend.cli.stack.layout import Layout

SERVERS = ("kubernetes", "prometheus", "loki", "jaeger", "runbooks", "github")
"""The MCP servers, each of which has a port; so has the signer."""


def choose(layout: Layout) -> None:
    """Write down a free port for each inner server; while the stack is up it keeps those it has."""
    if supervision.pid(layout) is not None and layout.ports_file.exists():
        return
    names = ("signer", *SERVERS)
    sockets = [socket.socket() for _ in names]
    for item in sockets:
        item.bind(("127.0.0.1", 0))
    found = {name: item.getsockname()[1] for name, item in zip(names, sockets, strict=True)}
    for item in sockets:
        item.close()
    layout.ports_file.write_text(json.dumps(found), encoding="utf-8")


def read(layout: Layout) -> dict[str, int]:
    """Return the ports that were chosen last."""
    known: dict[str, int] = json.loads(layout.ports_file.read_text(encoding="utf-8"))
    return known
