"""A worker that was turned: it has the database, the signer's token and the log, and no approval."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import jwt
import pytest
import sqlalchemy as sa
from attack_counts import Attack
from signer_case import ACTION, ANN, ID, SECRET, Case
from unsound_records import undecided

from backend.db import approvals
from backend.db.runs import Beginning, begin_run
from backend.signer.app import create_app
from backend.signer.client import SignerClient
from backend.signer.mint import Mint
from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.plan import REVERT, Plan
from sre_agent.domain.ruling import Ruling, Verdict

Turn = Callable[[Case], Awaitable[None]]


async def append(case: Case, kind: EventKind, payload: dict[str, Any], **said: str) -> None:
    """Write to the log as whoever the worker says it is: the database asks nobody."""
    who = {"actor": "graph", "step_key": f"forged:{kind}", **said}
    await case.journal.append(ID, EventDraft(kind=kind, payload=payload, **who))


def other(plan: Plan) -> Plan:
    """Return the plan with other arguments under the same action's id."""
    [action] = plan.actions
    call = action.call.model_copy(update={"arguments": {**action.call.arguments, "to_revision": 9}})
    changed = action.model_copy(update={"call": call})
    return plan.model_copy(update={"actions": (changed,)})


async def another_plan_ruled_and_the_request_turned_to_it(case: Case) -> None:
    await case.approve()
    case.plan = other(case.plan)
    await case.propose()
    await case.rule(Ruling.ALLOW)
    await case.sql(f"UPDATE approvals SET plan_sha256 = '{case.plan.sha256}'")  # noqa: S608 - it is the attack


async def another_plan_and_all_of_the_request_turned_to_it(case: Case) -> None:
    await another_plan_ruled_and_the_request_turned_to_it(case)
    plan = case.plan.model_dump_json().replace("'", "''").replace(":", "\\:")
    await case.sql(f"UPDATE approvals SET plan = '{plan}'::json")  # noqa: S608 - as above


async def the_plan_calls_itself_an_undo(case: Case) -> None:
    await case.approve()
    case.plan = other(case.plan).model_copy(update={"playbook": REVERT})
    await case.propose()
    await case.rule(Ruling.ALLOW)


async def an_approval_without_a_request(case: Case) -> None:
    await case.propose()
    await case.rule()
    await case.execute()
    said = {
        "approval_id": "apr-forged",
        "plan_sha256": case.plan.sha256,
        "verdict": "approved",
        "actor": "ann",
        "role": "admin",
        "channel": "war room",
        "reason": "",
        "decided_at": case.clock.now().isoformat(),
    }
    await append(case, EventKind.APPROVAL_REQUESTED, said)
    await append(case, EventKind.APPROVAL_DECIDED, said, actor="ann")


async def the_yes_of_a_responder(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approval_answers SET role = 'responder'")


async def the_answers_taken_away(case: Case) -> None:
    await case.approve()
    await case.sql("DELETE FROM approval_answers")


async def an_earlier_runs_entries_said_again(case: Case) -> None:
    await case.approve()
    told = await case.incidents.events(ID)
    begins = Beginning(kind=EventKind.REINVESTIGATED, actor="ann", reason="look again")
    begins.more["hint"] = {}
    async with case.engine.begin() as connection:
        await begin_run(connection, ID, begins, now=case.clock.now())
    await case.propose(other(case.plan))
    for number, event in enumerate(told):
        if event.kind in {EventKind.APPROVAL_DECIDED, EventKind.APPROVAL_REQUESTED}:
            key = f"again:{number}"
            await append(case, event.kind, event.payload, actor=event.actor, step_key=key)
    case.plan = other(case.plan)
    await case.rule()
    await case.sql("UPDATE incidents SET status = 'executing'")


async def an_entry_put_behind(case: Case, by: int = 1) -> None:
    await case.approve()
    await case.sql(
        "INSERT INTO events (incident_id, org_id, seq, at, actor, kind, payload, step_key, prev_hash,"  # noqa: S608 - as above
        " hash)"
        f" SELECT incident_id, org_id, seq + {by}, at, actor, kind, payload, 'x', hash,"
        " hash FROM events WHERE seq = (SELECT max(seq) FROM events)"
    )


async def an_entry_put_far_behind(case: Case) -> None:
    await an_entry_put_behind(case, by=1000)


TURNS: dict[str, Turn] = {
    "another plan, and the request turned to it": another_plan_ruled_and_the_request_turned_to_it,
    "another plan, and all of the request turned to it": (
        another_plan_and_all_of_the_request_turned_to_it
    ),
    "a plan that calls itself an undo": the_plan_calls_itself_an_undo,
    "an approval without a request": an_approval_without_a_request,
    "a yes of somebody who may not": the_yes_of_a_responder,
    "answers taken away": the_answers_taken_away,
    "entries of an earlier run said again": an_earlier_runs_entries_said_again,
    "an entry put behind the end": an_entry_put_behind,
    "an entry put far behind the end": an_entry_put_far_behind,
}


async def grants_of(case: Case) -> list[Any]:
    async with case.engine.connect() as connection:
        return list((await connection.execute(sa.text("SELECT id FROM grants"))).scalars())


@pytest.mark.attack
@pytest.mark.parametrize("turn", TURNS)
async def test_no_half_forged_record_gets_a_turned_worker_a_grant(
    turn: str, case: Case, signer: SignerClient, attack: Attack
) -> None:
    attack.uses(f"turned worker: {turn}")
    await TURNS[turn](case)

    answers = [await signer.mint(ID, ACTION) for _ in range(2)]

    attack.asks(2)
    attack.writes_nothing(each for each in answers if isinstance(each, ports.Grant))
    attack.writes_nothing(await grants_of(case))


@pytest.mark.attack("turned worker: asking for more than the record says")
async def test_what_is_said_beside_the_ids_changes_nothing_of_a_grant(
    case: Case, mint: Mint, attack: Attack
) -> None:
    await case.approve()
    wanted = {"incident_id": ID, "action_id": ACTION}
    more = {
        "tool": "delete_pod",
        "arguments": {"namespace": "kube-system", "name": "dns"},
        "cluster_id": "another",
        "ttl_s": 10**9,
        "plan": other(case.plan).model_dump(mode="json"),
    }
    headers = {"Authorization": f"Bearer {SECRET.get_secret_value()}"}
    transport = httpx.ASGITransport(app=create_app(mint, SECRET))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://signer", headers=headers
    ) as client:
        first = await client.post("/grants", json=wanted)
        asked = await client.post("/grants", json={**wanted, **more})
        ill = [
            await client.post("/grants", content=body)
            for body in (
                b"",
                b"[" * 100_000,
                b"\xff",
                b'{"incident_id": "\\u0000", "action_id": 1}',
            )
        ]
        nul = {"incident_id": "a\0b", "action_id": "x"}
        odd = [
            await client.post("/grants", content=json.dumps({**wanted, **value}))
            for value in (
                nul,
                {"incident_id": "\ud800"},
                {"action_id": "\0"},
                {"action_id": "../x"},
            )
        ]

    attack.asks(10)
    said = jwt.decode(asked.json()["token"], options={"verify_signature": False})
    assert asked.json() == first.json()
    assert said["tool"] == case.plan.actions[0].call.tool
    assert said["exp"] - said["iat"] == 300
    assert {answer.status_code for answer in ill} == {422}
    assert {answer.status_code for answer in odd} <= {404, 409, 422}
    assert len(await grants_of(case)) == 1


@pytest.mark.attack("turned worker: racing for a second grant")
async def test_a_race_for_grants_is_won_by_one_grant(
    case: Case, signer: SignerClient, attack: Attack
) -> None:
    await case.approve()
    asked = [(ID, ACTION)] * 8 + [(ID, ActionId("act-9")), (IncidentId("inc-9"), ACTION)]

    answers = await asyncio.gather(*(signer.mint(*each) for each in asked))

    attack.asks(len(asked))
    given = {each.id for each in answers if isinstance(each, ports.Grant)}
    attack.writes_nothing(sorted(given)[1:])
    assert await grants_of(case) == list(given)


async def row_deleted(case: Case) -> None:
    await case.sql("DELETE FROM grants")


async def row_renamed(case: Case) -> None:
    await case.sql("UPDATE grants SET id = 'grt-another', expires_at = minted_at")


async def row_for_another_action(case: Case) -> None:
    await case.sql("UPDATE grants SET action_id = 'act-x'")


@pytest.mark.attack("turned worker: a second grant for one deed")
@pytest.mark.parametrize("change", [row_deleted, row_renamed, row_for_another_action])
async def test_whoever_changes_the_rows_of_grants_gets_no_second_one(
    change: Turn, case: Case, signer: SignerClient, attack: Attack
) -> None:
    await case.approve()
    first = await signer.mint(ID, ACTION)
    await change(case)

    again = await signer.mint(ID, ACTION)

    attack.asks(2)
    assert isinstance(first, ports.Grant)
    attack.writes_nothing([again] if isinstance(again, ports.Grant) else [])
    assert "log" in str(again)


@pytest.mark.attack("turned worker: renewing without end")
async def test_whoever_counts_renewals_back_gets_no_more_of_them(
    case: Case, signer: SignerClient, clock: Any, attack: Attack
) -> None:
    await case.approve()
    await signer.mint(ID, ACTION)
    await clock.sleep(301)
    await signer.mint(ID, ACTION)
    await case.sql("UPDATE grants SET renewals = 0")
    await clock.sleep(301)

    again = await signer.mint(ID, ACTION)

    attack.asks(3)
    attack.writes_nothing([again] if isinstance(again, ports.Grant) else [])


@pytest.mark.attack("turned worker: an entry in the signer's place")
async def test_no_grant_is_given_that_the_log_does_not_tell_of(
    case: Case, signer: SignerClient, attack: Attack
) -> None:
    await case.approve()
    await append(case, EventKind.COMMENTED, {"text": "x"}, step_key=f"grant_minted:{ACTION}")

    answer = await signer.mint(ID, ACTION)

    attack.asks(1)
    attack.writes_nothing([answer] if isinstance(answer, ports.Grant) else [])
    attack.writes_nothing(await grants_of(case))


async def test_row_event_and_chain_forged_alike_are_believed_as_the_threat_model_says(
    case: Case, signer: SignerClient
) -> None:
    """The known limit of one role of the database for all: see docs/security.md, and tell it there if it moves."""
    await undecided(case)
    forged = approvals.Answer((await case.ask()).id, Verdict.APPROVED, ANN, "war room")

    await approvals.decide(case.engine, forged, now=case.clock.now())

    assert isinstance(await signer.mint(ID, ACTION), ports.Grant)
