"""Bring the whole stack up and down, in the order in which the parts need one another."""

import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from backend.cli.stack import (
    checking,
    declared,
    environment,
    ports,
    programs,
    signing,
    starting,
    supervision,
    world,
)
from backend.cli.stack.layout import Layout
from backend.clock import SystemClock
from backend.db.embedded import cluster
from backend.db.migrations import migrate
from sre_agent.domain.errors import PermanentError

_DATABASE_S = 30.0
_READY_S = 120.0
"""A dozen programs start at once. Nearly all of it is importing, some 20 s of computing in all: 10 s on two
free cores, over a minute on two that others keep busy. What takes twice that will not come."""
_ALIVE_S = 30.0
"""A worker gives a sign of life every second or so; one that is silent for so long does no work."""
_DEFAULT_PORT = 8080

Say = Callable[[str], None]
"""Told what happens, one line at a time."""


@dataclass(frozen=True)
class Stack:
    """A stack that is up: where it serves, and what it watches."""

    url: str
    is_lab: bool
    has_pages: bool


def up(layout: Layout, say: Say, *, seed: int | None = None) -> Stack:
    """Start what is not running yet and wait until everything is ready.

    Raises:
        PermanentError: Something could not start; the message says what and what to do.
    """
    layout.run.mkdir(parents=True, exist_ok=True)
    chosen = environment.ensure(layout.env_file)
    port = _port(layout, chosen)
    ports.choose(layout)
    url = f"http://127.0.0.1:{port}"
    settings = complete(layout, chosen, port)
    checking.check(settings, ports.read(layout))
    declared.check(layout.root, settings)
    world.write_webhook_token(layout.webhook_token_file, settings["WEBHOOK_TOKEN"])
    _start_database(layout, settings, say)
    is_lab = not world.is_real(chosen)
    if is_lab:
        say(
            "Starting the lab: a small cluster with a shop, its repository, Prometheus and logs ..."
        )
        world.lab_up(layout, url, seed=seed)
        settings = world.with_lab(layout, settings)
    say("Starting the platform ...")
    sign, since = (layout.root / settings["WORKER_ALIVE_FILE"]), SystemClock().now()
    sign.unlink(missing_ok=True)
    supervision.apply(layout, programs_of(layout, settings))
    _await_ready(layout, settings, url, since)
    record = {"url": url, "is_lab": is_lab, "pid": supervision.pid(layout)}
    layout.record.write_text(json.dumps(record), encoding="utf-8")
    return Stack(url, is_lab, has_pages=_answers(url))


def down(layout: Layout) -> bool:
    """Stop platform and lab; what they stored stays. Return whether anything ran."""
    ran = supervision.stop(layout)
    ran = world.lab_is_up(layout) or ran
    world.lab_down(layout)
    layout.record.unlink(missing_ok=True)
    return ran


def record(layout: Layout) -> dict[str, Any] | None:
    """Return where the stack of this checkout serves, or None when it is down."""
    if supervision.pid(layout) is None or not layout.record.exists():
        return None
    found: dict[str, Any] = json.loads(layout.record.read_text(encoding="utf-8"))
    return found


def own_places(layout: Layout) -> dict[str, str]:
    """Return where this checkout keeps things, as settings: what `.env` says goes before."""
    return {
        "DATABASE_URL": cluster.at(layout.postgres, None).database_url,
        "INCIDENTS_DIR": str(layout.run / "incidents"),
        "SIGNING_KEY_FILE": str(layout.signing_key),
        "MCP_HALT_FILE": str(layout.halt_file),
        "WORKER_ALIVE_FILE": str(layout.worker_sign),
    }


def _port(layout: Layout, chosen: Mapping[str, str]) -> int:
    running = record(layout)
    if running is not None:
        return int(str(running["url"]).rsplit(":", 1)[1])
    asked = os.environ.get("PORT") or chosen.get("PORT")  # noqa: TID251 - `PORT=9000 ./start.sh`
    port = int(asked) if asked and asked.isdigit() else _DEFAULT_PORT
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PermanentError(
                f"port {port} is taken by another program; choose one: PORT=8090 ./start.sh"
            ) from error
    return port


def complete(layout: Layout, chosen: Mapping[str, str], port: int) -> dict[str, str]:
    """Return the user's settings with everything that follows from this checkout filled in."""
    chosen_ports = ports.read(layout)
    signer_port = str(chosen_ports["signer"])
    ours = {
        **own_places(layout),
        "SIGNER_PORT": signer_port,
        "SIGNER_URL": f"http://127.0.0.1:{signer_port}",
        "GRANT_PUBLIC_KEY_FILE": str(_public_keys(layout)),
    }
    ours |= {
        f"MCP_{name.upper()}_URL": f"http://127.0.0.1:{chosen_ports[name]}/mcp"
        for name in ports.SERVERS
        if name not in programs.LOOKED_FOR_IF_NAMED
    }
    return {**ours, **chosen, "PORT": str(port)}


def _public_keys(layout: Layout) -> Path:
    """Return the file of the public keys, made now with the first key if there is none."""
    if not layout.public_key.exists() or not layout.public_key.read_text(encoding="utf-8"):
        signing.run(layout, "ensure-key")
    return layout.public_key


def programs_of(layout: Layout, settings: Mapping[str, str]) -> list[programs.Program]:
    """Return every program of this checkout, at the ports that its settings speak of."""
    served = programs.programs(settings, ports.read(layout))
    return [programs.database(layout), *served] if _is_embedded(layout, settings) else served


def _is_embedded(layout: Layout, settings: Mapping[str, str]) -> bool:
    return settings["DATABASE_URL"] == cluster.at(layout.postgres, None).database_url


def _start_database(layout: Layout, settings: Mapping[str, str], say: Say) -> None:
    if _is_embedded(layout, settings) and supervision.pid(layout) is None:
        say("Starting PostgreSQL ...")
        supervision.apply(layout, [programs.database(layout)])
        database = cluster.at(layout.postgres, None)
        starting.wait(
            "PostgreSQL ready",
            lambda: database.is_ready,
            layout.logs / "postgres.log",
            since=SystemClock().now(),
            patience_s=_DATABASE_S,
        )
    migrate(settings["DATABASE_URL"])


def _await_ready(layout: Layout, settings: Mapping[str, str], url: str, since: datetime) -> None:
    tests: dict[str, Callable[[], bool]] = {
        name: partial(_answers, address)
        for name, address in _addresses(layout, settings, url).items()
    }
    # It answers nobody; without it the stack would look well, and no incident would go on.
    tests["worker ready"] = (layout.root / settings["WORKER_ALIVE_FILE"]).exists
    for name, is_there in tests.items():
        log = layout.logs / f"{name.removesuffix(' ready')}.log"
        starting.wait(name, is_there, log, since=since, patience_s=_READY_S)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=3, trust_env=False).is_success
    except httpx.TransportError:
        return False


def ailments(layout: Layout) -> dict[str, str | None]:
    """Return what is wrong with each part that can be asked, None where nothing is."""
    settings, url = running_settings(layout)
    found: dict[str, str | None] = {}
    for name, address in _addresses(layout, settings, url).items():
        try:
            answer = httpx.get(address, timeout=5, trust_env=False)
            found[name] = None if answer.is_success else f"not ready: {answer.text[:300]}"
        except httpx.TransportError as error:
            found[name] = f"no answer at {address}: {error}"
    is_alive = starting.is_alive(
        (layout.root / settings["WORKER_ALIVE_FILE"]), _ALIVE_S, now=SystemClock().now()
    )
    said = starting.last_words(layout.logs / "worker.log")
    found["worker ready"] = None if is_alive else f"no sign of life; the last it said: {said}"
    return found


def running_settings(layout: Layout) -> tuple[dict[str, str], str]:
    """Return the settings that the running stack's programs have, and where it serves.

    Raises:
        PermanentError: Nothing runs here.
    """
    running = record(layout)
    if running is None:
        raise PermanentError("the platform is not up here: ./start.sh starts it")
    chosen = environment.read(layout.env_file)
    url = str(running["url"])
    settings = complete(layout, chosen, int(url.rsplit(":", 1)[1]))
    if running["is_lab"]:
        settings = world.with_lab(layout, settings)
    return settings, url


def _addresses(layout: Layout, settings: Mapping[str, str], url: str) -> dict[str, str]:
    """Return where each part tells whether it is ready."""
    found = {"signer ready": f"{settings['SIGNER_URL']}/health", "api ready": f"{url}/ready"}
    for program in programs_of(layout, settings):
        if program.name.startswith("mcp-"):
            port = program.environment["MCP_PORT"]
            found[f"{program.name} ready"] = f"http://127.0.0.1:{port}/ready"
    return found
