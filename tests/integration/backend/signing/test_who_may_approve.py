"""Policy says who answers: the door refuses others at once, and the signer does not take the door's word."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from signer_case import ACTION, ID, Case, shipped

from backend.actors import Actor, Role
from backend.db import approvals
from backend.signer.client import SignerClient
from sre_agent import ports
from sre_agent.domain.events import EventKind
from sre_agent.domain.ruling import Approvers, Ruling, Verdict
from sre_agent.safety import policy
from sre_agent.safety.policy import Policy, Tools

ANN = Actor(name="ann", role=Role.APPROVER, org_id="default")
EVE = Actor(name="eve", role=Role.ADMIN, org_id="default")


def asking(approvers: str, when: str = "true") -> Policy:
    """The shipped policy, and a rule more that says who answers."""
    text = (
        f"rules: [{{name: special, ruling: ask, when: '{when}', reason: it is a test, "
        f"approvers: {approvers}}}]"
    )
    extra = policy.load({"x": text}, Tools())
    return replace(shipped(), rules=(*shipped().rules, *extra.rules))


async def approved_by(case: Case, actor: Actor) -> None:
    await case.propose()
    await case.rule()
    answer = approvals.Answer((await case.ask()).id, Verdict.APPROVED, actor, "test")
    await approvals.decide(case.engine, answer, now=case.clock.now())
    await case.execute()


@pytest.mark.parametrize(
    ("rules", "actor", "refusal"),
    [
        (asking("{role: admin}"), EVE, None),
        (asking("{role: admin}"), ANN, "wants an admin"),
        (asking("{role: admin}", when="action.is_read"), ANN, None),
        (asking("{not_requester: true}"), ANN, None),
        (asking("{not_requester: true}"), replace(ANN, name="graph"), "what they proposed"),
    ],
)
async def test_the_signer_wants_the_approval_of_whom_policy_names(
    actor: Actor, refusal: str | None, case: Case, signer: SignerClient
) -> None:
    await approved_by(case, actor)

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.Grant) is (refusal is None)
    assert refusal is None or refusal in str(answer)


async def test_who_answers_by_the_log_counts_where_the_signers_own_rules_want_less(
    case: Case, signer: SignerClient
) -> None:
    [shown] = case.rulings(Ruling.ASK)
    shown = shown.model_copy(update={"approvers": Approvers(role="admin")})
    await case.propose()
    payload = {"plan_sha256": case.plan.sha256, "rulings": [shown.model_dump(mode="json")]}
    await case.log(EventKind.POLICY_RULED, payload)
    await case.decide()
    await case.execute()

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "wants an admin" in answer.reason


async def test_the_door_tells_at_once_who_may_not_approve_and_keeps_the_request_open(
    case: Case,
) -> None:
    [shown] = case.rulings(Ruling.ASK)
    shown = shown.model_copy(update={"approvers": Approvers(role="admin")})
    waiting = await case.incidents.request_approval(ID, case.plan, (shown,))
    yes = approvals.Answer(waiting.id, Verdict.APPROVED, ANN, "test")

    with pytest.raises(approvals.NotAnApproverError, match="wants an admin"):
        await approvals.decide(case.engine, yes, now=case.clock.now())
    decision = await approvals.decide(case.engine, replace(yes, actor=EVE), now=case.clock.now())

    assert (decision.verdict, decision.actor) == (Verdict.APPROVED, "eve")


async def test_whoever_may_not_approve_may_still_say_no(case: Case) -> None:
    [shown] = case.rulings(Ruling.ASK)
    shown = shown.model_copy(update={"approvers": Approvers(role="admin")})
    waiting = await case.incidents.request_approval(ID, case.plan, (shown,))

    no = approvals.Answer(waiting.id, Verdict.REJECTED, ANN, "test", reason="r")
    decision = await approvals.decide(case.engine, no, now=case.clock.now())

    assert decision.verdict is Verdict.REJECTED


CLOSED = policy.load(
    {
        "x": "rules: [{name: closed, ruling: deny, reason: the shop is shut, "
        'when: \'time.weekday in ["saturday", "sunday"]\'}]'
    },
    Tools(),
)


@pytest.mark.parametrize("rules", [replace(shipped(), rules=(*shipped().rules, *CLOSED.rules))])
async def test_the_moment_of_the_deed_is_ruled_on_not_the_moment_of_the_approval(
    case: Case, signer: SignerClient
) -> None:
    case.clock.time = datetime(2026, 1, 4, 23, 50, tzinfo=UTC)  # a Sunday
    await case.approve()

    case.clock.time = datetime(2026, 1, 4, 23, 59, tzinfo=UTC)
    on_sunday = await signer.mint(ID, ACTION)
    case.clock.time = datetime(2026, 1, 5, 0, 1, tzinfo=UTC)
    on_monday = await signer.mint(ID, ACTION)

    assert isinstance(on_sunday, ports.GrantDenied)
    assert "the shop is shut" in on_sunday.reason
    assert isinstance(on_monday, ports.Grant)
