"""A renewed grant is the grant it renews: together they do one deed, or none."""

import asyncio
import time
from typing import Any

from hands_lab import Hands, Signer, data
from lab_cluster import Workload

from sre_agent.domain.tools import ToolCall, ToolResult


class Renewing:
    """One grant for a call, signed anew with other times as often as wanted."""

    def __init__(self, signer: Signer, call: ToolCall, rehearsed: ToolResult) -> None:
        self._signer = signer
        self._claims: dict[str, Any] = signer.claims(call, rehearsed)

    def until(self, seconds: int) -> str:
        now = int(time.time())
        times = {"iat": now - 400, "nbf": now - 400, "exp": now + seconds}
        return self._signer.sign({**self._claims, **times})


async def test_an_expired_grant_that_was_not_used_may_be_renewed_and_used(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = Renewing(signer, call, await hands.rehearse(call))

    late = await hands.write(call, grant.until(-60))
    renewed = await hands.write(call, grant.until(60))

    assert late.code == "grant_expired"
    assert data(renewed)["outcome"] == "applied"
    assert len(workload.writes) == 1


async def test_the_renewal_of_a_used_grant_is_told_that_it_is_done(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = Renewing(signer, call, await hands.rehearse(call))

    first = await hands.write(call, grant.until(60))
    renewed = await hands.write(call, grant.until(300))

    assert data(first)["outcome"] == "applied"
    assert data(renewed)["outcome"] == "already_applied"
    assert len(workload.writes) == 1


async def test_a_grant_and_its_renewals_at_once_do_one_deed(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = Renewing(signer, call, await hands.rehearse(call))

    results = await asyncio.gather(*(hands.write(call, grant.until(60 + n)) for n in range(4)))

    outcomes = sorted(data(result)["outcome"] for result in results)
    assert outcomes == ["already_applied"] * 3 + ["applied"]


async def test_a_renewed_grant_is_refused_when_the_object_changed_meanwhile(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = Renewing(signer, call, await hands.rehearse(call))
    other = workload.call("scale_workload", replicas=3)
    await hands.write(other, signer.grant(other, await hands.rehearse(other)))

    renewed = await hands.write(call, grant.until(60))

    assert renewed.code == "state_changed"
