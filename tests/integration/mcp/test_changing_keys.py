"""Keys change while a plan is carried out: what was granted stays good, and what comes is too."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hands_lab import Signer, data, hands_with, settings
from lab_cluster import Cluster, Workload, new_workload

from backend.signer.keyring import Keyring
from sre_agent.domain.tools import ToolCall


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


async def test_grants_of_both_keys_are_good_through_a_rotation(
    cluster: Cluster, signer: Signer, tmp_path: Path
) -> None:
    keyring, public = Keyring(tmp_path / "key.pem"), tmp_path / "key.pub"
    keyring.ensure(public)
    old = replace(signer, key=keyring.signing(now()).private)
    first, second, third = (new_workload(cluster) for _ in range(3))

    served = settings(cluster, signer, grant_public_key=None, grant_public_key_file=public)
    async with hands_with(served) as hands:

        async def grant(by: Signer, call: ToolCall) -> str:
            return by.grant(call, await hands.rehearse(call))

        before = await hands.write(first.rollback(), await grant(old, first.rollback()))
        minted_before = await grant(old, second.rollback())
        keyring.rotate(public, now=now(), after_s=0)
        new = replace(signer, key=keyring.signing(now()).private)
        of_the_old = await hands.write(second.rollback(), minted_before)
        of_the_new = await hands.write(third.rollback(), await grant(new, third.rollback()))

    assert [data(it)["outcome"] for it in (before, of_the_old, of_the_new)] == ["applied"] * 3


@pytest.mark.attack("a key that was withdrawn")
async def test_a_grant_of_a_compromised_key_is_void_at_once(
    cluster: Cluster, workload: Workload, signer: Signer, tmp_path: Path
) -> None:
    keyring, public = Keyring(tmp_path / "key.pem"), tmp_path / "key.pub"
    keyring.ensure(public)
    stolen = keyring.signing(now())
    thief = replace(signer, key=stolen.private)

    served = settings(cluster, signer, grant_public_key=None, grant_public_key_file=public)
    async with hands_with(served) as hands:
        forged = thief.grant(workload.rollback(), await hands.rehearse(workload.rollback()))
        keyring.rotate(public, now=now(), after_s=0)
        keyring.retire(stolen.id, public, now=now(), at_once=True)
        result = await hands.write(workload.rollback(), forged)

    assert result.code == "grant_invalid"
    assert workload.writes == []
