"""Logs of incidents as files: the audit's export, or what a replay saved. Anyone may have written them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sre_agent.domain import events
from sre_agent.domain.audit_export import OWN_LOG, Manifest
from sre_agent.domain.chain import START, Position
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event

FORMAT = "sre-agent-incident-log/1"
MAX_BYTES = 64 * 2**20
"""Of a file: a long incident's log has some five million bytes."""
MAX_EVENTS = 50_000
_TOLD = 200
"""Characters of what is wrong with an entry."""
MAX_LINE_BYTES = 8 * 2**20
"""Of one entry: what a server may answer is bounded far below."""


class UnreadableLogError(PermanentError):
    """A file is no log of an incident; the message names file and line and says what to do."""


@dataclass(frozen=True)
class IncidentLog:
    """The log of one incident; `broken` says where its chain does not hold, if it does not."""

    events: tuple[Event, ...]
    broken: str = ""


def save(file: Path, log: Sequence[Event]) -> None:
    """Write a log as a file that `read` reads.

    Raises:
        UnreadableLogError: The file exists or cannot be written.
    """
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(json.dumps({"format": FORMAT}) + "\n")
            for event in log:
                out.write(json.dumps(event.model_dump(mode="json"), ensure_ascii=False) + "\n")
    except FileExistsError:
        raise UnreadableLogError(f"{file} exists: name another file") from None
    except OSError as error:
        raise UnreadableLogError(f"{file} cannot be written: {error.strerror}") from error


def read(file: Path) -> IncidentLog:
    """Return the log that a file holds.

    Raises:
        UnreadableLogError: It holds none, more than one, or is beyond bounds.
    """
    lines = _lines(file)
    before = _before(file, next(lines, b""))
    found = tuple(_events(file, lines))
    if not found:
        raise UnreadableLogError(f"{file}: there is no event of an incident in it")
    return checked(found, before)


def checked(log: Sequence[Event], before: Position = START) -> IncidentLog:
    """Return a log with what its chain says of it."""
    chain = events.chain(before)
    try:
        broken = chain.follow(log)
    except (ValueError, RecursionError):
        return IncidentLog(tuple(log), "the log does not hold: it says what no log can say")
    told = f"the log does not hold from event {broken.seq} on: {broken.reason}" if broken else ""
    return IncidentLog(tuple(log), told)


def _lines(file: Path) -> Iterator[bytes]:
    """Yield the lines of a plain file, none longer than an entry may be."""
    if file.is_symlink() or not file.is_file():
        raise UnreadableLogError(
            f"{file} is no plain file: save a log with `sre-agent replay INCIDENT --save {file.name}`"
        )
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UnreadableLogError(
                f"{file} has more than {MAX_BYTES} bytes: export one incident "
                "(`sre-agent audit export --incident`)"
            )
        with file.open("rb") as opened:
            number = 0
            while line := opened.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(line) > MAX_LINE_BYTES:
                    raise _wrong(file, number, f"it has more than {MAX_LINE_BYTES} bytes")
                yield line
    except OSError as error:
        raise UnreadableLogError(f"{file} cannot be read: {error.strerror}") from error


def _before(file: Path, header: bytes) -> Position:
    """Return where the log begins, as the first line says."""
    said = _json(file, 1, header)
    if said.get("format") == FORMAT:
        return START
    try:
        manifest = Manifest.model_validate(said.get("manifest"))
    except ValidationError as error:
        told = "it is neither that of `audit export` nor of `replay --save`"
        raise _wrong(file, 1, told) from error
    stretches = [item for item in manifest.stretches if item.log != OWN_LOG]
    if len(stretches) != 1:
        told = f"the export holds {len(stretches)} incidents: export one (--incident)"
        raise _wrong(file, 1, told)
    return stretches[0].before


def _events(file: Path, lines: Iterable[bytes]) -> Iterator[Event]:
    whose, last, count = "", 0, 0
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        event = _event(file, number, line)
        whose = whose or event.incident_id
        count += 1
        if event.incident_id != whose:
            raise _wrong(file, number, "it is of another incident: a file holds one log")
        if event.seq <= last:
            raise _wrong(file, number, f"event {event.seq} comes after event {last}")
        if count > MAX_EVENTS:
            raise _wrong(file, number, f"a log has at most {MAX_EVENTS} events")
        last = event.seq
        yield event


def _event(file: Path, number: int, line: bytes) -> Event:
    said = _json(file, number, line)
    try:
        return Event.model_validate({name: said[name] for name in said if name != "org_id"})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the event"
        raise _wrong(file, number, f"{where}: {first['msg']}"[:_TOLD]) from error


def _json(file: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _wrong(file, number, "it is no JSON") from error
    if not isinstance(said, dict):
        raise _wrong(file, number, "it is no JSON object")
    return said


def _wrong(file: Path, number: int, told: str) -> UnreadableLogError:
    return UnreadableLogError(f"{file}, line {number}: {told}")
