"""Proving an exported part of the audit with a public key and nothing else: no network, no database."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import TypeAdapter, ValidationError

from backend.db.organization_log import Entry
from sre_agent.domain import audit_export, events
from sre_agent.domain.audit_export import AUDIENCE, OWN_LOG, ExportClaims, Manifest, Stretch
from sre_agent.domain.chain import BrokenLink, Chain
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event

_ENTRY = TypeAdapter(Entry)


class ExportUnprovenError(PermanentError):
    """The file is no export, or its signature does not hold."""


@dataclass
class Found:
    """What came of it: how many entries of how many logs, and each log that does not hold."""

    manifest: Manifest
    entries: int = 0
    broken: dict[str, BrokenLink] = field(default_factory=dict)


def check(file: Path, keys: dict[str, Ed25519PublicKey]) -> Found:
    """Check the signature, then that every stretch is whole and lies between the signed hashes.

    Raises:
        ExportUnprovenError: It is no export, or not signed by one of the keys.
    """
    with file.open(encoding="utf-8") as lines:
        found = Found(_signed(next(lines, ""), keys))
        rest = (line for line in lines if line.strip())
        entries = _entries(rest)
        held: dict[str, Any] | None = next(entries, None)
        for stretch in found.manifest.stretches:
            held = _follow(found, stretch, held, entries)
        if held is not None:
            raise ExportUnprovenError(f"the file holds more than was signed: {_place(held)}")
    return found


def _signed(header: str, keys: dict[str, Ed25519PublicKey]) -> Manifest:
    try:
        said = json.loads(header)
        manifest = Manifest.model_validate(said["manifest"])
        signature = str(said["signature"])
        head = jwt.get_unverified_header(signature)
    except (ValueError, RecursionError, KeyError, TypeError, jwt.InvalidTokenError) as error:
        raise ExportUnprovenError("the first line is not that of an export") from error
    key = keys.get(str(head.get("kid")))
    if key is None:
        raise ExportUnprovenError(f"it is signed by key {head.get('kid')}, which was not given")
    if head.get("typ") != audit_export.TOKEN_TYPE:
        raise ExportUnprovenError("its signature is not that of an export")
    try:
        options: Any = {"verify_iat": False}
        raw = jwt.decode(signature, key, algorithms=["EdDSA"], audience=AUDIENCE, options=options)
        claims = ExportClaims.model_validate(raw)
    except (jwt.InvalidTokenError, ValidationError) as error:
        raise ExportUnprovenError(f"its signature does not hold: {error}") from error
    if (claims.sub, claims.jti, claims.manifest_sha256) != (
        manifest.org_id,
        manifest.id,
        manifest.sha256,
    ):
        raise ExportUnprovenError("what was signed is another manifest")
    return manifest


def _entries(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ExportUnprovenError(f"a line is not JSON: {line[:60]!r}") from error
        if not isinstance(entry, dict):
            raise ExportUnprovenError(f"a line is no entry: {line[:60]!r}")
        yield entry


def _follow(
    found: Found,
    stretch: Stretch,
    held: dict[str, Any] | None,
    entries: Iterator[dict[str, Any]],
) -> dict[str, Any] | None:
    """Walk one stretch, beginning with the entry held; return the first that is another log's."""
    chain: Chain[Any] = (
        Chain("entry", Entry.compute_hash, stretch.before)
        if stretch.log == OWN_LOG
        else events.chain(stretch.before)
    )
    unreadable: BrokenLink | None = None
    while held is not None and held.get("incident_id", OWN_LOG) == stretch.log:
        found.entries += 1
        try:
            chain.follow([_read(stretch, held)])
        except (ValidationError, ExportUnprovenError):
            unreadable = unreadable or BrokenLink(
                seq=chain.length + 1, reason="it cannot be read as an entry of this log"
            )
        held = next(entries, None)
    broken = unreadable or chain.end(stretch.last_seq, stretch.last_hash)
    if broken is None and chain.length > stretch.last_seq:
        broken = BrokenLink(seq=stretch.last_seq + 1, reason="it is more than was signed")
    if broken is not None:
        found.broken[stretch.log] = broken
    return held


def _read(stretch: Stretch, said: dict[str, Any]) -> Event | Entry:
    fields = {name: value for name, value in said.items() if name != "org_id"}
    if stretch.log == OWN_LOG:
        return _ENTRY.validate_python(said)
    return Event.model_validate(fields)


def _place(entry: dict[str, Any]) -> str:
    return f"entry {entry.get('seq')} of {entry.get('incident_id', 'the organization')}"
