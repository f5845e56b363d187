"""What the signer goes by is in every organization's log, once for each change."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from signer_case import ACTION, ID, Case, shipped

from backend import policy_notes
from backend.db import organization_log
from backend.db.organization_log import Deed
from backend.signer.announcing import Announcer
from backend.signer.keyring import Keyring
from backend.signer.mint import Mint
from sre_agent.safety import policy


@pytest.fixture
def announcer(case: Case, tmp_path: Path) -> Announcer:
    keyring = Keyring(tmp_path / "ring.pem")
    keyring.ensure(tmp_path / "ring.pub")
    return Announcer(engine=case.engine, clock=case.clock, keyring=keyring, policy=shipped())


async def entries(case: Case, kind: Deed) -> list[dict[str, Any]]:
    async with case.engine.connect() as connection:
        found = await organization_log.read(connection, "default")
    return [entry.payload for entry in found if entry.kind == kind.value]


async def test_the_policy_and_the_keys_are_told_once(case: Case, announcer: Announcer) -> None:
    await announcer.go()
    await replace(announcer, engine=case.engine).go()

    [told] = await entries(case, Deed.POLICY_LOADED)
    assert told["rules"] == len(shipped().rules)
    [keys] = await entries(case, Deed.SIGNING_KEYS_CHANGED)
    assert keys["signing"] == [announcer.keyring.signing(case.clock.now()).id]


async def test_another_policy_is_told_and_a_broken_one_by_its_fault(
    case: Case, announcer: Announcer
) -> None:
    await announcer.go()
    await replace(announcer, policy=replace(shipped(), rules=shipped().rules[1:])).go()
    await replace(announcer, policy=policy.broken("torn")).go()

    first, second, third = await entries(case, Deed.POLICY_LOADED)
    assert first["sha256"] != second["sha256"]
    assert third == {"fault": "torn"}


async def test_each_program_tells_its_own_policy_once(case: Case, announcer: Announcer) -> None:
    """Then one sees in the log that worker and signer go by different rules."""
    older = replace(shipped(), rules=shipped().rules[1:])
    await announcer.go()
    for _ in range(2):
        await policy_notes.note_policy(case.engine, case.clock, older, actor="worker")
        await policy_notes.note_policy(case.engine, case.clock, shipped(), actor="platform")
    await announcer.go()

    async with case.engine.connect() as connection:
        found = await organization_log.read(connection, "default")
    told = {e.actor: e.payload["sha256"] for e in found if e.kind == Deed.POLICY_LOADED.value}
    assert len([e for e in found if e.kind == Deed.POLICY_LOADED.value]) == 3
    assert told["signer"] == told["platform"] != told["worker"]


async def test_a_rotation_is_told_and_the_next_grant_is_signed_by_the_new_key(
    case: Case, announcer: Announcer, mint: Mint, tmp_path: Path, clock: Any
) -> None:
    keyring = announcer.keyring
    await case.approve()
    await announcer.go()

    keyring.rotate(tmp_path / "ring.pub", now=clock.now(), after_s=30)
    await announcer.go()
    await clock.sleep(30)
    await announcer.go()
    grant = await replace(mint, key=keyring).mint(ID, ACTION)

    before, prepared, rotated = await entries(case, Deed.SIGNING_KEYS_CHANGED)
    assert prepared["next"] == rotated["signing"]
    assert before["signing"] == rotated["verifying"]
    assert jwt.get_unverified_header(grant.token)["kid"] == rotated["signing"][0]
