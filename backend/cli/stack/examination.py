"""What can be ill on this machine, running or not, and how each is mended."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from backend.cli.stack import (
    checking,
    declared,
    environment,
    lifecycle,
    ports,
    shelves,
    supervision,
)
from backend.cli.stack.layout import Layout
from backend.clock import SystemClock
from backend.db.engine import libpq_url
from backend.signer.keyring import Keyring
from sre_agent.config import loader, objectives, permissions
from sre_agent.domain.errors import PermanentError

_CONNECT_S = 5
_SOME_PORT = 8085
"""Stands for the ports that a start chooses: any will do to judge the other settings."""
_FREE_MIN_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One part: what is wrong with it and how that is mended; both are None where all is well."""

    part: str
    fault: str | None = None
    mend: str | None = None


def examine(layout: Layout) -> list[Finding]:
    """Look at everything, whether the platform runs or not: what keeps it from starting shows too."""
    settings = {**lifecycle.own_places(layout), **environment.read(layout.env_file)}
    found = [_settings(layout), *_programs(layout), _database(layout, settings["DATABASE_URL"])]
    found += [
        _reports(layout.root / settings["INCIDENTS_DIR"]),
        _policy(layout, settings),
        _playbooks(layout, settings),
        _objectives(layout, settings),
        _services(layout, settings),
        _runbooks(layout, settings),
        _key(layout.root / settings["SIGNING_KEY_FILE"]),
    ]
    return found


def _settings(layout: Layout) -> Finding:
    given = {**lifecycle.own_places(layout), **environment.completed(layout.env_file)}
    some_ports = dict.fromkeys(ports.SERVERS, _SOME_PORT)
    mend = "correct them in .env; .env.example explains each"
    return _attempt("settings", lambda: checking.check(given, some_ports), mend)


def _programs(layout: Layout) -> list[Finding]:
    states = supervision.status(layout)
    if not states:
        return [Finding("platform", "it is not up here", "./start.sh")]
    found = [
        Finding(name)
        if state.startswith("RUNNING")
        else Finding(name, state, f"see {layout.logs / name}.log; then ./start.sh")
        for name, state in states.items()
    ]
    if lifecycle.record(layout) is None:
        return [
            *found,
            Finding("platform", "its start was not finished", "mend the rest; ./start.sh"),
        ]
    for name, fault in lifecycle.ailments(layout).items():
        program = name.removesuffix(" ready")
        mend = f"see {layout.logs / program}.log; then ./stop.sh && ./start.sh"
        found.append(Finding(name, fault, mend if fault else None))
    return found


def _database(layout: Layout, url: str) -> Finding:
    is_own = url == lifecycle.own_places(layout)["DATABASE_URL"]
    try:
        with psycopg.connect(libpq_url(url), connect_timeout=_CONNECT_S) as connection:
            connection.execute("SELECT FROM events LIMIT 1")
    except psycopg.errors.UndefinedTable:
        return Finding("database", "it has no tables", ".venv/bin/sre-agent migrate")
    except psycopg.errors.InsufficientPrivilege as error:
        return Finding("database", _line(error), "give the user of DATABASE_URL its own schema")
    except psycopg.Error as error:
        own = f"./start.sh starts it; its output is in {layout.logs / 'postgres'}.log"
        mend = own if is_own else "check DATABASE_URL in .env, and that PostgreSQL runs there"
        return Finding("database", _line(error), mend)
    return Finding("database")


def _reports(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        mend = "make it writable for this user, or name another folder: INCIDENTS_DIR in .env"
        return Finding("reports", f"{folder}: {error.strerror}", mend)
    free = shutil.disk_usage(folder).free
    if free < _FREE_MIN_BYTES:
        fault = f"{free // 1024**2} MiB are left on the disk of {folder}"
        return Finding("reports", fault, "make room, or name another folder: INCIDENTS_DIR in .env")
    return Finding("reports")


def _policy(layout: Layout, settings: Mapping[str, str]) -> Finding:
    agent_config, folder = (_path(layout, settings, n) for n in ("AGENT_CONFIG", "POLICY_DIR"))
    fault = permissions.load_rules(agent_config, folder).fault
    mend = "correct the file, or empty AGENT_CONFIG and POLICY_DIR in .env for the built-in rules"
    return Finding("policy", fault, mend if fault else None)


def _playbooks(layout: Layout, settings: Mapping[str, str]) -> Finding:
    folder = _path(layout, settings, "PLAYBOOK_DIR")
    mend = "correct the file, or empty PLAYBOOK_DIR in .env for the built-in ones"
    return _attempt("playbooks", lambda: loader.load_playbooks(folder), mend)


def _objectives(layout: Layout, settings: Mapping[str, str]) -> Finding:
    place = _path(layout, settings, "SLO_FILE")
    mend = "correct the file (`sre-agent slo check FILE`), or empty SLO_FILE in .env"
    return _attempt("objectives", lambda: objectives.load(place) if place else None, mend)


def _services(layout: Layout, settings: Mapping[str, str]) -> Finding:
    try:
        entries = declared.load(layout.root, settings)
    except PermanentError as error:
        return Finding("services", str(error), declared.MEND)
    strange = "; ".join(declared.strangers(entries, settings))
    return Finding("services", strange or None, declared.LIST_THEM if strange else None)


def _runbooks(layout: Layout, settings: Mapping[str, str]) -> Finding:
    fault = shelves.fault(layout, settings)
    return Finding("runbooks", fault, shelves.MEND if fault else None)


def _key(file: Path) -> Finding:
    ring = Keyring(file)
    if not ring.exists:
        return Finding("signing key", f"{file} is missing", "./stop.sh && ./start.sh makes one")
    now = SystemClock().now()
    return _attempt(
        "signing key", lambda: ring.signing(now), "see SIGNING_KEY_FILE in .env.example"
    )


def _attempt(part: str, load: Callable[[], object], mend: str) -> Finding:
    try:
        load()
    except PermanentError as error:
        return Finding(part, str(error), mend)
    return Finding(part)


def _path(layout: Layout, settings: Mapping[str, str], name: str) -> Path | None:
    return layout.root / settings[name] if name in settings else None


def _line(error: psycopg.Error) -> str:
    return str(error).strip().partition("\n")[0]
