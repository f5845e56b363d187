"""A grant that expired unused is minted anew, by the same record that a first one needs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from signer_case import ACTION, ID, Case, lenient
from unsound_records import falsely_allowed

from backend.db import journal, switch
from backend.signer.client import SignerClient
from backend.signer.keyring import Keyring
from backend.signer.mint import Mint
from backend.signer.renewal import Terms
from sre_agent import ports
from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Ruling
from sre_agent.safety.grants import GrantRefusedError

_TIMES = frozenset({"iat", "nbf", "exp"})


def claims(grant: ports.Grant | ports.GrantDenied) -> dict[str, Any]:
    assert isinstance(grant, ports.Grant)
    said: dict[str, Any] = jwt.decode(grant.token, options={"verify_signature": False})
    return said


async def count(case: Case, kind: EventKind) -> int:
    return sum(event.kind is kind for event in await case.incidents.events(ID))


async def test_an_expired_grant_is_renewed_with_new_times_and_nothing_else(
    case: Case, signer: SignerClient, clock: Any
) -> None:
    await case.approve()

    first = await signer.mint(ID, ACTION)
    await clock.sleep(301)
    again = await signer.mint(ID, ACTION)

    before, after = claims(first), claims(again)
    assert {name for name in before if before[name] != after[name]} == _TIMES
    assert after["exp"] == int(clock.now().timestamp()) + 300
    event = (await case.incidents.events(ID))[-1]
    assert (event.kind, event.payload["grant_id"]) == (EventKind.GRANT_RENEWED, before["jti"])
    assert isinstance(again, ports.Grant)
    assert again.token not in event.model_dump_json()


async def test_several_who_ask_at_once_renew_a_grant_once(
    case: Case, mint: Mint, signer: SignerClient, clock: Any
) -> None:
    await case.approve()
    await signer.mint(ID, ACTION)
    await clock.sleep(301)
    replica = replace(mint, terms=Terms())

    answers = await asyncio.gather(
        *(each.mint(ID, ACTION) for each in (mint, replica, mint, replica))
    )

    assert len(set(answers)) == 1
    assert await count(case, EventKind.GRANT_RENEWED) == 1


async def test_a_grant_with_a_moment_left_is_renewed_and_one_with_time_is_not(
    case: Case, signer: SignerClient, clock: Any
) -> None:
    await case.approve()
    first = await signer.mint(ID, ACTION)

    await clock.sleep(294)
    in_time = await signer.mint(ID, ACTION)
    await clock.sleep(2)
    late = await signer.mint(ID, ACTION)

    assert in_time == first
    assert late != first


async def test_a_yes_that_grew_too_old_while_the_signer_waited_gives_no_grant(
    case: Case, mint: Mint, clock: Any
) -> None:
    await case.approve()
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")

    async with case.engine.begin() as holding:
        await journal.lock_incident(holding, ID)
        asked = asyncio.create_task(mint.mint(ID, ACTION))
        async with asyncio.timeout(30):
            while True:
                if (await holding.execute(waiting)).scalar_one():
                    break
                await asyncio.sleep(0.02)
        await clock.sleep(Terms().use_s + 1)

    with pytest.raises(GrantRefusedError, match="approval_stale"):
        await asked


async def propose_another(case: Case) -> None:
    await case.propose(case.plan.model_copy(update={"summary": "another"}))


async def approve_another(case: Case) -> None:
    case.plan = case.plan.model_copy(update={"summary": "another"})
    await case.approve()


async def take_the_yes_back(case: Case) -> None:
    await case.sql("UPDATE approvals SET status = 'rejected', reason = 'no'")


async def halt(case: Case) -> None:
    async with case.engine.begin() as connection:
        thrown = switch.Throw(is_halted=True, actor="ann", reason="freeze")
        await switch.throw(connection, "default", thrown, now=case.clock.now())


async def end(case: Case) -> None:
    await case.execute(IncidentStatus.ESCALATED)


async def investigate_anew(case: Case) -> None:
    await case.log(EventKind.REINVESTIGATED, {"reason": "look anew", "hint": {}})


async def deny(case: Case) -> None:
    await case.rule(Ruling.DENY)


async def change_the_log(case: Case) -> None:
    await case.sql("UPDATE events SET payload = '{}' WHERE seq = 2")


@pytest.mark.attack("renewing what may not be")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (propose_another, "not_ruled"),
        (approve_another, "plan_changed"),
        (take_the_yes_back, "not_approved"),
        (halt, "halted"),
        (end, "not_executing"),
        (investigate_anew, "no_plan"),
        (deny, "denied"),
        (change_the_log, "log_broken"),
    ],
)
async def test_what_would_get_no_first_grant_gets_no_renewal(
    change: Callable[[Case], Awaitable[None]],
    code: str,
    case: Case,
    signer: SignerClient,
    clock: Any,
) -> None:
    await case.approve()
    first = await signer.mint(ID, ACTION)
    await clock.sleep(301)
    await change(case)

    answer = await signer.mint(ID, ACTION)

    assert isinstance(first, ports.Grant)
    assert isinstance(answer, ports.GrantDenied)
    assert f"({code})" in answer.reason


@pytest.mark.parametrize(("after_s", "is_granted"), [(3600, True), (3601, False)])
async def test_a_yes_is_used_in_time_or_asked_for_again(
    after_s: int, is_granted: bool, case: Case, signer: SignerClient, clock: Any
) -> None:
    await case.approve()
    await clock.sleep(after_s)

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.Grant) is is_granted
    assert is_granted or "(approval_stale)" in str(answer)


@pytest.mark.parametrize("rules", [lenient()])
async def test_what_policy_alone_allowed_goes_stale_as_well(
    case: Case, signer: SignerClient, clock: Any
) -> None:
    await falsely_allowed(case)
    first = await signer.mint(ID, ACTION)
    await clock.sleep(3700)

    late = await signer.mint(ID, ACTION)

    assert isinstance(first, ports.Grant)
    assert "(approval_stale)" in str(late)


async def test_a_grant_is_renewed_only_so_often(case: Case, mint: Mint, clock: Any) -> None:
    await case.approve()
    mint = replace(mint, terms=Terms(renewals_max=2))
    for _ in range(3):
        await mint.mint(ID, ACTION)
        await clock.sleep(301)

    with pytest.raises(GrantRefusedError, match="renewals_exhausted"):
        await mint.mint(ID, ACTION)


async def test_the_grant_of_an_action_that_is_over_is_given_out_as_it_was(
    case: Case, signer: SignerClient, clock: Any
) -> None:
    """Who resumes after a crash asks the target what was done, by the mark of the same grant."""
    await case.approve()
    first = await signer.mint(ID, ACTION)
    await case.log(EventKind.ACTION_FINISHED, {"action_id": ACTION, "outcome": "applied"})
    await clock.sleep(301)

    assert await signer.mint(ID, ACTION) == first
    assert await count(case, EventKind.GRANT_RENEWED) == 0


@pytest.mark.attack("a grant of a key that leaked")
@pytest.mark.parametrize("waited_s", [0, 301])
@pytest.mark.parametrize("is_over", [False, True])
async def test_what_a_retired_key_signed_is_neither_given_out_nor_renewed(
    waited_s: int, case: Case, mint: Mint, clock: Any, tmp_path: Path, *, is_over: bool
) -> None:
    ring, public = Keyring(tmp_path / "key.pem"), tmp_path / "key.pub"
    ring.ensure(public)
    mint = replace(mint, key=ring)
    await case.approve()
    await mint.mint(ID, ACTION)
    if is_over:
        await case.log(EventKind.ACTION_FINISHED, {"action_id": ACTION, "outcome": "applied"})
    [old] = ring.read().published
    ring.rotate(public, now=clock.now(), after_s=0)
    await mint.mint(ID, ACTION)  # the old key is believed as long as it is not retired
    ring.retire(old.id, public, now=clock.now(), at_once=True)
    await clock.sleep(waited_s)

    with pytest.raises(GrantRefusedError, match="key_retired"):
        await mint.mint(ID, ACTION)
