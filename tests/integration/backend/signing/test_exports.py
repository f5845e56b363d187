"""What is taken out of the audit is proved by a public key alone, and by nothing that was changed."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from signer_case import ACTION, ID, Case

from backend.cli import export_check
from backend.cli.export_check import ExportUnprovenError
from backend.db import exports
from backend.db.exports import Wanted
from backend.db.organization_log import Deed, append
from backend.signer.exporting import Exporter
from backend.signer.keys import SigningKey
from backend.signer.mint import Mint
from backend.signer.ring import parse_public
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.grants import Target, Verifier
from mcp_servers.common.toolset import Call

Lines = list[dict[str, Any]]


async def ask(case: Case, **wanted: Any) -> str:
    async with case.engine.begin() as connection:
        for actor in ("ann", "ann"):
            await append(
                connection,
                org_id="default",
                actor=actor,
                kind=Deed.SIGNED_IN,
                payload={"ratio": 0.1, "name": "Zoë"},
                now=case.clock.now(),
            )
    await case.clock.sleep(1)
    async with case.engine.begin() as connection:
        asked = Wanted(org_id="default", asked_by="eve", **wanted)
        return (await exports.ask(connection, asked, now=case.clock.now())).id


async def signed(case: Case, mint: Mint, id_: str) -> exports.Export:
    await Exporter(engine=case.engine, clock=case.clock, key=mint.key).go()
    async with case.engine.connect() as connection:
        return await exports.get(connection, id_, org_id="default")


async def taken_out(case: Case, mint: Mint, **wanted: Any) -> Lines:
    found = await signed(case, mint, await ask(case, **wanted))
    header = {
        "manifest": found.manifest.model_dump(mode="json"),
        "signature": found.signature,
    }
    return [header, *[entry async for entry in exports.read(case.engine, found.manifest)]]


def written(lines: Lines, folder: Path) -> Path:
    file = folder / "audit.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


async def test_an_export_is_proved_by_the_public_key_alone(
    case: Case, mint: Mint, key: SigningKey, tmp_path: Path
) -> None:
    await case.approve()
    await mint.mint(ID, ACTION)
    lines = await taken_out(case, mint)

    found = export_check.check(written(lines, tmp_path), parse_public(key.public_base64))

    assert found.broken == {}
    assert found.entries == len(lines) - 1
    assert [stretch.log for stretch in found.manifest.stretches] == ["", ID]
    kinds = {line["kind"] for line in lines[1:]}
    assert {"signed_in", "policy_ruled", "approval_decided", "grant_minted"} <= kinds


async def test_a_stretch_from_the_middle_is_proved_as_well(
    case: Case, mint: Mint, key: SigningKey, tmp_path: Path, clock: Any
) -> None:
    await case.propose()
    await clock.sleep(60)
    since = clock.now() - timedelta(seconds=30)
    await case.rule()
    lines = await taken_out(case, mint, since=since, incident=ID)

    found = export_check.check(written(lines, tmp_path), parse_public(key.public_base64))

    [stretch] = found.manifest.stretches
    assert stretch.first_seq > 1
    assert (found.broken, found.entries) == ({}, 1)


def change_payload(lines: Lines) -> None:
    lines[-1]["payload"] = {"status": "nothing happened"}


def change_actor_of_own(lines: Lines) -> None:
    lines[1]["actor"] = "mallory"


def remove_in_the_middle(lines: Lines) -> None:
    del lines[-2]


def remove_the_end(lines: Lines) -> None:
    del lines[-1]


def swap(lines: Lines) -> None:
    lines[-1], lines[-2] = lines[-2], lines[-1]


def remove_a_whole_log(lines: Lines) -> None:
    del lines[3:]


def say_what_no_event_is(lines: Lines) -> None:
    lines[-1]["kind"] = "coffee_made"


@pytest.mark.attack("a forged export")
@pytest.mark.parametrize(
    "change",
    [
        change_payload,
        change_actor_of_own,
        remove_in_the_middle,
        remove_the_end,
        swap,
        remove_a_whole_log,
        say_what_no_event_is,
    ],
)
async def test_what_was_changed_in_the_file_is_named(
    change: Callable[[Lines], None], case: Case, mint: Mint, key: SigningKey, tmp_path: Path
) -> None:
    await case.approve()
    lines = await taken_out(case, mint)
    change(lines)

    found = export_check.check(written(lines, tmp_path), parse_public(key.public_base64))

    assert found.broken


def extend(lines: Lines) -> None:
    lines.append({**lines[-1], "incident_id": "inc-of-nobody"})


def change_manifest(lines: Lines) -> None:
    lines[0]["manifest"]["asked_by"] = "mallory"


def leave_a_log_out(lines: Lines) -> None:
    lines[0]["manifest"]["stretches"].pop()


def forge(lines: Lines) -> None:
    claims = jwt.decode(lines[0]["signature"], options={"verify_signature": False})
    stranger = SigningKey.make()
    head = jwt.get_unverified_header(lines[0]["signature"])
    lines[0]["signature"] = jwt.encode(claims, stranger.private, algorithm="EdDSA", headers=head)


def drop_signature(lines: Lines) -> None:
    lines[0]["signature"] = None


@pytest.mark.attack("a forged export")
@pytest.mark.parametrize(
    "change", [extend, change_manifest, leave_a_log_out, forge, drop_signature]
)
async def test_what_was_not_signed_is_no_proof(
    change: Callable[[Lines], None], case: Case, mint: Mint, key: SigningKey, tmp_path: Path
) -> None:
    await case.approve()
    lines = await taken_out(case, mint)
    change(lines)

    with pytest.raises(ExportUnprovenError):
        export_check.check(written(lines, tmp_path), parse_public(key.public_base64))


async def test_another_key_proves_nothing(case: Case, mint: Mint, tmp_path: Path) -> None:
    lines = await taken_out(case, mint)
    other = parse_public(SigningKey.make().public_base64)

    with pytest.raises(ExportUnprovenError, match="which was not given"):
        export_check.check(written(lines, tmp_path), other)


@pytest.mark.attack("a forged export")
async def test_an_exports_signature_is_never_a_grant(
    case: Case, mint: Mint, key: SigningKey
) -> None:
    lines = await taken_out(case, mint)
    verifier = Verifier("audit-export", {key.id: key.private.public_key()})
    call = Call("rollback_rollout", {}, grant=lines[0]["signature"])

    with pytest.raises(RefusedError, match="not a grant"):
        verifier.admit(call, Target(kind="Deployment", namespace="prod", name="web"))


@pytest.mark.attack("a forged export")
async def test_a_grant_is_never_an_exports_signature(
    case: Case, mint: Mint, key: SigningKey, tmp_path: Path
) -> None:
    await case.approve()
    grant = await mint.mint(ID, ACTION)
    lines = await taken_out(case, mint)
    lines[0]["signature"] = grant.token

    with pytest.raises(ExportUnprovenError, match="not that of an export"):
        export_check.check(written(lines, tmp_path), parse_public(key.public_base64))


@pytest.mark.attack("a forged export")
async def test_the_signer_signs_no_manifest_that_the_logs_do_not_bear_out(
    case: Case, mint: Mint
) -> None:
    await case.approve()
    id_ = await ask(case)
    await case.sql("UPDATE events SET hash = repeat('0', 64) WHERE seq = 3 OR seq > 4")

    found = await signed(case, mint, id_)

    assert found.signature is None
    assert found.refusal is not None
    assert ID in found.refusal
