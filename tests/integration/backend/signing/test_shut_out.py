"""A yes counts as long as whoever said it may say it: the signer looks at each of them anew."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from signer_case import ACTION, ID, Case, shipped

from backend.actors import Actor, ActorKind, Role
from backend.db import approval_counts, approval_rows, approvals
from backend.signer.client import SignerClient
from sre_agent import ports
from sre_agent.domain.events import EventKind
from sre_agent.domain.ruling import Approvers, Decision, Ruling, Verdict
from sre_agent.safety import policy
from sre_agent.safety.policy import Policy, Tools

ANN = Actor("ann", Role.APPROVER, "default", ActorKind.PERSON, "usr-1")
BEN = Actor("ben", Role.ADMIN, "default", ActorKind.PERSON, "usr-2")
CEM = Actor("cem", Role.APPROVER, "default", ActorKind.PERSON, "usr-3")
ANNS_TOKEN = replace(ANN, name="nightly", kind=ActorKind.PROGRAM, token_id="tok-1")  # noqa: S106 - an id
NOBODYS_TOKEN = Actor("robot", Role.APPROVER, "default", token_id="tok-2")  # noqa: S106 - an id
OF_THE_SETTINGS = Actor("ops", Role.ADMIN, "default")

DISABLED = "UPDATE users SET disabled_at = now() WHERE id = 'usr-1'"
LOWERED = "UPDATE users SET role = 'responder' WHERE id = 'usr-1'"
TAKEN = "UPDATE users SET role = NULL WHERE id = 'usr-1'"
REMOVED = "DELETE FROM users WHERE id = 'usr-1'"
REVOKED = (
    "UPDATE api_tokens SET revoked_at = '2026-03-01T12:00:01Z' WHERE name IN ('nightly', 'robot')"
)
EXPIRED = "UPDATE api_tokens SET expires_at = '2026-03-01T12:00:00Z'"


@pytest.fixture
def rules() -> Policy:
    text = (
        "rules: [{name: special, ruling: ask, when: 'true', reason: it is a test, "
        "approvers: {people: 2}}]"
    )
    extra = policy.load({"x": text}, Tools())
    return replace(shipped(), rules=(*shipped().rules, *extra.rules))


@pytest.fixture
async def approval_id(case: Case) -> str:
    """A request for two people's yes, in an installation that knows all of them."""
    for person in (ANN, BEN, CEM):
        await case.enroll(person)
    for program in (ANNS_TOKEN, NOBODYS_TOKEN):
        await case.give_token(program)
    rulings = [
        item.model_copy(update={"approvers": Approvers(people=2)})
        for item in case.rulings(Ruling.ASK)
    ]
    await case.propose()
    told = [item.model_dump(mode="json") for item in rulings]
    await case.log(EventKind.POLICY_RULED, {"plan_sha256": case.plan.sha256, "rulings": told})
    return (await case.incidents.request_approval(ID, case.plan, tuple(rulings))).id


async def say_yes(case: Case, approval_id: str, actor: Actor) -> Decision:
    answer = approvals.Answer(approval_id, Verdict.APPROVED, actor, "test", reason="r")
    return await approvals.decide(case.engine, answer, now=case.clock.now())


async def counted(case: Case, approval_id: str) -> int:
    async with case.engine.connect() as connection:
        asked = await approval_rows.find(connection, approval_id=approval_id)
        assert asked is not None
        return await approval_counts.count(connection, asked, case.clock.now())


async def given(case: Case) -> list[dict[str, Any]]:
    log = await case.incidents.events(ID)
    return [event.payload for event in log if event.kind is EventKind.APPROVAL_GIVEN]


SHUT_OUT = [
    (ANN, DISABLED),
    (ANN, LOWERED),
    (ANN, TAKEN),
    (ANN, REMOVED),
    (ANNS_TOKEN, REVOKED),
    (ANNS_TOKEN, EXPIRED),
    (ANNS_TOKEN, DISABLED),
    (NOBODYS_TOKEN, REVOKED),
]


@pytest.mark.parametrize(("first", "shut_out"), SHUT_OUT)
async def test_a_yes_of_someone_who_was_shut_out_after_both_gives_no_grant(
    first: Actor, shut_out: str, case: Case, signer: SignerClient, approval_id: str
) -> None:
    await say_yes(case, approval_id, first)
    await say_yes(case, approval_id, BEN)
    await case.execute()
    await case.sql(shut_out)
    case.clock.time += timedelta(seconds=2)

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "wants 2 different people to approve, 1 did" in answer.reason
    assert f"the yes of {first.name} no longer counts" in answer.reason
    assert "looked at anew" in answer.reason


@pytest.mark.parametrize(("first", "shut_out"), SHUT_OUT)
async def test_a_yes_of_someone_who_was_shut_out_before_the_second_waits_for_a_third(
    first: Actor, shut_out: str, case: Case, signer: SignerClient, approval_id: str
) -> None:
    await say_yes(case, approval_id, first)
    await case.sql(shut_out)
    case.clock.time += timedelta(seconds=2)

    second = await say_yes(case, approval_id, BEN)
    open_yet = await case.incidents.decision(approval_id)
    third = await say_yes(case, approval_id, CEM)
    await case.execute()

    assert (second.waits_for, open_yet, third.waits_for) == (1, None, 0)
    [_, told] = await given(case)
    assert [first.name in line for line in told["lost"]] == [True]
    assert isinstance(await signer.mint(ID, ACTION), ports.Grant)


async def test_who_may_answer_again_counts_again(
    case: Case, signer: SignerClient, approval_id: str
) -> None:
    await say_yes(case, approval_id, ANN)
    await case.sql(DISABLED)
    await say_yes(case, approval_id, BEN)
    await case.sql("UPDATE users SET disabled_at = NULL")
    await say_yes(case, approval_id, CEM)
    await case.execute()

    assert isinstance(await signer.mint(ID, ACTION), ports.Grant)


async def test_whose_token_was_revoked_says_yes_anew_and_counts_once(
    case: Case, signer: SignerClient, approval_id: str
) -> None:
    await say_yes(case, approval_id, ANNS_TOKEN)
    await case.sql(REVOKED)
    case.clock.time += timedelta(seconds=2)

    anew = await say_yes(case, approval_id, ANN)
    with pytest.raises(approval_counts.AnsweredBeforeError, match="1 more of 2 people has to"):
        await say_yes(case, approval_id, ANN)
    last = await say_yes(case, approval_id, BEN)
    await case.execute()

    assert (anew.waits_for, last.waits_for) == (1, 0)
    assert [told["actor"] for told in await given(case)] == ["nightly", "ann"]
    assert [told.get("lost") for told in await given(case)] == [
        None,
        ["the yes of nightly no longer counts: they were shut out after it"],
    ]
    assert isinstance(await signer.mint(ID, ACTION), ports.Grant)


async def test_a_yes_that_fell_and_one_of_the_same_person_are_not_two_to_the_signer(
    case: Case, signer: SignerClient, approval_id: str
) -> None:
    """Ann's newest yes falls as well, after the request was approved: only Ben's is left."""
    await say_yes(case, approval_id, ANNS_TOKEN)
    await case.sql(REVOKED)
    case.clock.time += timedelta(seconds=2)
    await say_yes(case, approval_id, ANN)
    await say_yes(case, approval_id, BEN)
    await case.execute()
    await case.sql(DISABLED)

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "wants 2 different people to approve, 1 did" in answer.reason


@pytest.mark.parametrize("shut_out", [DISABLED, LOWERED, TAKEN])
async def test_whose_yes_counts_again_may_end_what_waits_for_nobody_else(
    shut_out: str, case: Case, signer: SignerClient, approval_id: str
) -> None:
    """Ann was out while Ben answered, so that his yes did not end it; nobody else has to now."""
    await say_yes(case, approval_id, ANN)
    await case.sql(shut_out)
    await say_yes(case, approval_id, BEN)
    await case.sql("UPDATE users SET disabled_at = NULL, role = 'approver' WHERE id = 'usr-1'")
    case.clock.time += timedelta(seconds=2)

    decision = await say_yes(case, approval_id, ANN)
    await case.execute()

    assert decision.waits_for == 0
    assert await counted(case, approval_id) == 2
    assert isinstance(await signer.mint(ID, ACTION), ports.Grant)


async def test_a_request_whose_time_ends_says_how_many_said_yes_and_whose_fell(
    case: Case, approval_id: str
) -> None:
    await say_yes(case, approval_id, ANNS_TOKEN)
    await case.sql(REVOKED)
    await say_yes(case, approval_id, BEN)
    case.clock.time += timedelta(hours=1)

    [decision] = await approvals.expire_due(case.engine, now=case.clock.now())

    assert decision.reason == (
        "1 of 2 people said yes in time; "
        "the yes of nightly no longer counts: they were shut out after it"
    )
    assert await counted(case, approval_id) == 1


async def test_an_approved_request_counts_those_whom_it_took_also_when_they_leave(
    case: Case, approval_id: str
) -> None:
    await say_yes(case, approval_id, ANNS_TOKEN)
    await case.sql(REVOKED)
    await say_yes(case, approval_id, BEN)
    await say_yes(case, approval_id, CEM)
    then = await counted(case, approval_id)
    await case.sql("UPDATE users SET disabled_at = now() WHERE id = 'usr-3'")

    assert (then, await counted(case, approval_id)) == (2, 2)


async def test_a_yes_that_fell_is_counted_by_nobody_as_long_as_the_request_waits(
    case: Case, approval_id: str
) -> None:
    await say_yes(case, approval_id, ANNS_TOKEN)
    before = await counted(case, approval_id)
    await case.sql(REVOKED)

    assert (before, await counted(case, approval_id)) == (1, 0)


async def test_a_new_token_of_an_old_name_does_not_bring_back_what_the_old_one_said(
    case: Case, signer: SignerClient, approval_id: str
) -> None:
    await say_yes(case, approval_id, NOBODYS_TOKEN)
    await say_yes(case, approval_id, BEN)
    await case.execute()
    await case.sql(REVOKED)
    await case.sql(
        "INSERT INTO api_tokens (id, org_id, name, role, token_sha256, created_by, created_at) "
        "VALUES ('tok-9', 'default', 'robot', 'admin', 'tok-9', 'admin', '2026-03-01T12:00:02Z')"
    )

    assert isinstance(await signer.mint(ID, ACTION), ports.GrantDenied)


async def test_a_token_that_only_the_settings_know_counts_with_its_role(
    case: Case, signer: SignerClient, approval_id: str
) -> None:
    await say_yes(case, approval_id, OF_THE_SETTINGS)
    await say_yes(case, approval_id, BEN)
    await case.execute()

    assert isinstance(await signer.mint(ID, ACTION), ports.Grant)
