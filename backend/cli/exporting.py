"""Commands that take the audit out and prove it elsewhere."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.cli import export_check, told_answers
from backend.cli.moments import second
from backend.cli.plain import escape
from backend.cli.session import client, console, layout
from backend.plain import plain
from backend.signer import ring
from sre_agent.domain.audit_export import Manifest
from sre_agent.domain.errors import PermanentError

_PATIENCE_S = 30.0

Key = Annotated[
    str | None,
    typer.Option(help="The signer's public key or keys, or a file with them (this checkout's)."),
]


def export(
    file: Annotated[Path, typer.Argument(help="Where to write it; it must not exist.")],
    since: Annotated[datetime | None, typer.Option(help="Nothing before it (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Nothing from it on (UTC).")] = None,
    incident: Annotated[str | None, typer.Option(help="Only this incident's log.")] = None,
) -> None:
    """Write the audit to a file that anyone can prove with the signer's public key."""
    wanted: dict[str, Any] = {
        "since": f"{since.isoformat()}Z" if since else None,
        "until": f"{until.isoformat()}Z" if until else None,
        "incident": incident,
    }
    caller = client()
    asked = caller.post("/api/v1/audit/exports", wanted)
    path = f"/api/v1/audit/exports/{asked['manifest']['id']}"
    until_s = time.monotonic() + _PATIENCE_S
    while (answer := caller.raw(path))["signature"] is None:
        if answer["refusal"] is not None:
            raise PermanentError(f"the signer does not sign it: {plain(answer['refusal'])}")
        if time.monotonic() > until_s:
            raise PermanentError("the signer does not answer: `sre-agent doctor` says why")
        time.sleep(0.3)
    manifest = told_answers.form(Manifest, answer["manifest"])
    header = {"manifest": answer["manifest"], "signature": answer["signature"]}
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(json.dumps(header, ensure_ascii=False) + "\n")
            for line in caller.lines(f"{path}/entries"):
                out.write(line + "\n")
    except FileExistsError:
        raise PermanentError(f"{file} exists: name another file") from None
    count = sum(each.last_seq - each.first_seq + 1 for each in manifest.stretches)
    console.print(f"{count} entries of {len(manifest.stretches)} logs are in {escape(str(file))}")


def verify_export(
    file: Annotated[Path, typer.Argument(help="What `audit export` wrote.")],
    key: Key = None,
) -> None:
    """Prove an export without network or database, and name every broken link."""
    found = _proved(file, key)
    for log, link in found.broken.items():
        name = escape(plain(log)) or "the organization's log"
        console.print(f"[red]broken[/] {name}, {link.seq}: {escape(plain(link.reason))}")
    if found.broken:
        raise typer.Exit(1)
    manifest = found.manifest
    console.print(
        f"[green]whole[/]: {found.entries} entries of {len(manifest.stretches)} logs of "
        f"{escape(plain(manifest.org_id))}, until {second(manifest.until)}, signed"
    )


def kept(
    file: Annotated[Path, typer.Argument(help="What `audit export` wrote, where it is stored.")],
    key: Key = None,
) -> None:
    """Prove an export, then confirm that it is kept: its old incidents may be removed by rule."""
    found = _proved(file, key)
    if found.broken:
        raise PermanentError(f"{file} does not hold: `sre-agent audit verify-export` says where")
    answer = client().post(f"/api/v1/audit/exports/{found.manifest.id}/kept", {})
    console.print(
        f"{answer['incidents']} incidents that are over may be removed after AUDIT_RETENTION_DAYS"
    )


def _proved(file: Path, key: str | None) -> export_check.Found:
    named = key if key is not None else str(layout().public_key)
    try:
        text = Path(named).read_text("utf-8") if Path(named).is_file() else named
        return export_check.check(file, ring.parse_public(text))
    except OSError as error:
        raise PermanentError(f"{error.filename} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise PermanentError(f"--key: {error}") from error
