"""One action of several may be refused: the rest goes on, and what was refused gets no grant."""

from typing import Any

import pytest
from signer_case import ANN, ID, Case

from backend.db import approvals
from backend.signer.client import SignerClient
from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Decision, Verdict


@pytest.fixture
def plan(plan: Plan) -> Plan:
    """Three actions: on `web`, on `api`, and on `web` again."""
    [first] = plan.actions

    def of(number: int, name: str) -> Any:
        arguments = {**first.call.arguments, "name": name}
        call = first.call.model_copy(update={"arguments": arguments})
        target = ObjectRef.deployment("prod", name)
        own = {"id": ActionId(f"act-{number}"), "call": call, "target": target}
        return first.model_copy(update=own)

    return plan.model_copy(update={"actions": (of(1, "web"), of(2, "api"), of(3, "web"))})


async def approve_without(case: Case, *ids: str) -> Decision:
    await case.propose()
    await case.rule()
    left_out = tuple(ActionId(item) for item in ids)
    waiting = await case.ask()
    answer = approvals.Answer(waiting.id, Verdict.APPROVED, ANN, "test", without=left_out)
    decision = await approvals.decide(case.engine, answer, now=case.clock.now())
    await case.execute()
    return decision


async def granted(signer: SignerClient) -> list[bool]:
    answers = [await signer.mint(ID, ActionId(f"act-{number}")) for number in (1, 2, 3)]
    return [isinstance(answer, ports.Grant) for answer in answers]


@pytest.mark.parametrize(
    ("left_out", "without", "granted_each"),
    [
        ((), (), [True, True, True]),
        (("act-2",), ("act-2",), [True, False, True]),
        (("act-3",), ("act-3",), [True, True, False]),
        (("act-1",), ("act-1", "act-3"), [False, True, False]),
    ],
)
async def test_the_signer_gives_no_grant_for_what_was_left_out_or_depends_on_it(
    left_out: tuple[str, ...],
    without: tuple[str, ...],
    granted_each: list[bool],
    case: Case,
    signer: SignerClient,
) -> None:
    decision = await approve_without(case, *left_out)

    assert decision.without == without
    assert await granted(signer) == granted_each
    assert await case.incidents.decision(decision.approval_id) == decision


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE approvals SET left_out = NULL",
        "UPDATE approval_answers SET left_out = '[]'",
        "UPDATE approvals SET left_out = NULL; UPDATE approval_answers SET left_out = '[]'",
    ],
)
async def test_what_was_left_out_cannot_be_put_back_in_the_tables(
    deed: str, case: Case, signer: SignerClient
) -> None:
    await approve_without(case, "act-2")
    for statement in deed.split(";"):
        await case.sql(statement)

    assert await granted(signer) == [False, False, False]


async def test_what_an_answer_left_out_stays_out_though_rows_and_log_say_that_nothing_is(
    case: Case, signer: SignerClient
) -> None:
    await approve_without(case, "act-2")
    log = await case.incidents.events(ID)
    [decided] = [event for event in log if event.kind is EventKind.APPROVAL_DECIDED]
    payload = {**decided.payload, "without": []}
    forged = EventDraft(actor=ANN.name, kind=decided.kind, payload=payload, step_key="forged")
    await case.sql("UPDATE approvals SET left_out = NULL")
    await case.journal.append(ID, forged)

    assert await granted(signer) == [False, False, False]


async def test_what_is_not_planned_cannot_be_left_out_and_the_request_stays_open(
    case: Case,
) -> None:
    with pytest.raises(approvals.UnfitAnswerError, match="no action act-9; it has act-1, act-2"):
        await approve_without(case, "act-9")

    assert await case.incidents.decision((await case.ask()).id) is None


async def test_who_leaves_everything_out_is_told_to_reject(case: Case) -> None:
    with pytest.raises(approvals.UnfitAnswerError, match="reject it instead"):
        await approve_without(case, "act-1", "act-2")

    assert await case.incidents.decision((await case.ask()).id) is None
