"""Where policy wants two people, two people said yes: the door counts them, and the signer counts anew."""

from dataclasses import replace
from typing import Any

import pytest
from signer_case import ACTION, ID, Case, shipped

from backend.actors import Actor, ActorKind, Role
from backend.db import approval_counts, approval_rows, approvals
from backend.signer.client import SignerClient
from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ruling import Approvers, Decision, Ruling, Verdict
from sre_agent.safety import policy
from sre_agent.safety.policy import Policy, Tools

ANN = Actor(name="ann", role=Role.APPROVER, org_id="default", user_id="usr-1")
BEN = Actor(name="ben", role=Role.ADMIN, org_id="default", user_id="usr-2")
ANNS_TOKEN = replace(ANN, name="nightly", kind=ActorKind.PROGRAM, token_id="tok-1")  # noqa: S106 - an id
ANN_OF_THE_SETTINGS = Actor(name="Ann", role=Role.ADMIN, org_id="default")
TWO = Approvers(people=2)


@pytest.fixture
def rules() -> Policy:
    text = (
        "rules: [{name: special, ruling: ask, when: 'true', reason: it is a test, "
        "approvers: {people: 2}}]"
    )
    extra = policy.load({"x": text}, Tools())
    return replace(shipped(), rules=(*shipped().rules, *extra.rules))


@pytest.fixture(autouse=True)
async def _known(case: Case) -> None:
    await case.enroll(ANN)
    await case.enroll(BEN)


async def asked(case: Case, wanted: Approvers = TWO) -> str:
    """A request in which people are told what policy wants."""
    rulings = [item.model_copy(update={"approvers": wanted}) for item in case.rulings(Ruling.ASK)]
    await case.propose()
    told = [item.model_dump(mode="json") for item in rulings]
    await case.log(EventKind.POLICY_RULED, {"plan_sha256": case.plan.sha256, "rulings": told})
    return (await case.incidents.request_approval(ID, case.plan, tuple(rulings))).id


async def say(case: Case, approval_id: str, actor: Actor, **more: Any) -> Decision:
    verdict = more.pop("verdict", Verdict.APPROVED)
    answer = approvals.Answer(approval_id, verdict, actor, "test", reason="r", **more)
    return await approvals.decide(case.engine, answer, now=case.clock.now())


async def kinds(case: Case) -> list[EventKind]:
    answers = {EventKind.APPROVAL_GIVEN, EventKind.APPROVAL_DECIDED}
    return [event.kind for event in await case.incidents.events(ID) if event.kind in answers]


async def forge(case: Case, approval_id: str, second: Actor) -> None:
    """Write a second answer into the table, and close the request with it."""
    now = "(SELECT requested_at FROM approvals)"
    await case.sql(
        "INSERT INTO approval_answers (approval_id, person, verdict, org_id, actor, role, channel, "  # noqa: S608 - a forger's
        f"reason, left_out, decided_at) VALUES ('{approval_id}', '{second.person}', 'approved', "
        f"'default', '{second.name}', 'admin', 'test', 'r', '[]', {now})"
    )
    await case.sql(
        f"UPDATE approvals SET status = 'approved', decided_by = '{second.name}', channel = 'test', "  # noqa: S608 - a forger's
        f"reason = 'r', decided_role = 'admin', decided_at = {now}"
    )


async def log_decision(case: Case, approval_id: str, actor: Actor, *, writer: str) -> None:
    """Write into the log what the rows say was decided, as if by this writer."""
    decision = await case.incidents.decision(approval_id)
    assert decision is not None
    own = {"role": "admin", "person": actor.person, "left_out": []}
    draft = EventDraft(
        actor=writer,
        kind=EventKind.APPROVAL_DECIDED,
        payload={**decision.model_dump(mode="json"), **own},
        step_key="forged",
    )
    await case.journal.append(ID, draft)


async def test_the_second_of_two_people_lets_it_go_on(case: Case, signer: SignerClient) -> None:
    approval_id = await asked(case)

    first = await say(case, approval_id, ANN)
    between = await case.incidents.decision(approval_id)
    second = await say(case, approval_id, BEN)
    await case.execute()

    assert (first.verdict, first.waits_for, between) == (Verdict.APPROVED, 1, None)
    assert (second.verdict, second.waits_for) == (Verdict.APPROVED, 0)
    assert await kinds(case) == [EventKind.APPROVAL_GIVEN, EventKind.APPROVAL_DECIDED]
    assert await case.incidents.decision(approval_id) == second
    assert isinstance(await signer.mint(ID, ACTION), ports.Grant)


@pytest.mark.parametrize("again", [ANN, ANNS_TOKEN, ANN_OF_THE_SETTINGS])
async def test_one_person_counts_once_by_whatever_they_come_and_is_told_so(
    again: Actor, case: Case
) -> None:
    approval_id = await asked(case)
    await say(case, approval_id, ANN)

    with pytest.raises(
        approval_counts.AnsweredBeforeError, match=r"said yes already.* 1 more of 2"
    ):
        await say(case, approval_id, again)

    assert await case.incidents.decision(approval_id) is None
    assert await kinds(case) == [EventKind.APPROVAL_GIVEN]


async def test_one_no_rejects_also_of_who_said_yes_before(case: Case) -> None:
    approval_id = await asked(case)
    await say(case, approval_id, ANN)

    decision = await say(case, approval_id, ANN, verdict=Verdict.REJECTED)

    assert (decision.verdict, decision.waits_for) == (Verdict.REJECTED, 0)
    async with case.engine.connect() as connection:
        found = await approval_rows.find(connection, approval_id=approval_id)
    assert found is not None
    assert [item.verdict for item in found.answers] == ["approved", "rejected"]


async def test_the_signer_wants_two_though_the_door_was_told_of_one(
    case: Case, signer: SignerClient
) -> None:
    await say(case, await asked(case, Approvers()), ANN)
    await case.execute()

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "wants 2 different people to approve, 1 did" in answer.reason


async def test_a_second_answer_that_only_the_table_has_is_none(
    case: Case, signer: SignerClient
) -> None:
    approval_id = await asked(case)
    await say(case, approval_id, ANN)
    await forge(case, approval_id, BEN)
    await case.execute()

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "the log does not know" in answer.reason


@pytest.mark.parametrize("writer", ["graph", "ann"])
async def test_a_second_answer_that_another_writes_into_the_log_is_none(
    writer: str, case: Case, signer: SignerClient
) -> None:
    """Rows and log agree on what Ben said, but it is not Ben who said it."""
    approval_id = await asked(case)
    await say(case, approval_id, ANN)
    await forge(case, approval_id, BEN)
    await log_decision(case, approval_id, BEN, writer=writer)
    await case.execute()

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "the log does not know" in answer.reason


async def test_two_answers_of_one_person_in_rows_and_log_are_one_to_the_signer(
    case: Case, signer: SignerClient
) -> None:
    """As a door that counted wrongly would have left it: the signer does not take its word."""
    approval_id = await asked(case)
    await say(case, approval_id, ANN)
    await forge(case, approval_id, ANN_OF_THE_SETTINGS)
    await log_decision(case, approval_id, ANN_OF_THE_SETTINGS, writer="Ann")
    await case.execute()

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "wants 2 different people to approve, 1 did" in answer.reason


async def test_an_answer_that_was_taken_away_from_the_rows_is_noticed(
    case: Case, signer: SignerClient
) -> None:
    approval_id = await asked(case)
    await say(case, approval_id, ANN)
    await say(case, approval_id, BEN)
    await case.execute()
    await case.sql("DELETE FROM approval_answers WHERE actor = 'ann'")

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
