"""A person asks for an action: it goes the way of every plan, and is that person's own to the end."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from steered_case import ANN, Case, opened
from steering_scene import Steering

from backend.actors import Actor, ActorKind, Role
from backend.db import approvals, steering_course
from backend.db.circumstances import PostgresFacts
from backend.db.steering import WrongStateError
from sre_agent.config import action_kinds
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Decision, Verdict
from sre_agent.domain.tools import ToolCall
from sre_agent.safety import policy
from sre_agent.safety.policy import Tools
from sre_agent.testing.world import World

BEN = Actor(name="ben", role=Role.ADMIN, org_id="default")
ANNS_USER = replace(ANN, user_id="usr-1", kind=ActorKind.PERSON)
ANNS_TOKEN = replace(ANN, name="nightly", user_id="usr-1")


@pytest.fixture
async def case(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Case]:
    world = World(5)
    world.release("core", ago_s=70, error_ratio=0.4)
    async with opened(engine, tmp_path, world, "core") as made:
        text = (
            "rules: [{name: hands, ruling: ask, when: 'actor.kind == \"person\"', reason: by hand, "
            "approvers: {not_requester: true}}]"
        )
        own = made.runner.context.policy
        extra = policy.load({"x": text}, Tools())
        strict = replace(own, rules=(*own.rules, *extra.rules))
        facts = PostgresFacts(engine, made.clock)
        context = replace(made.runner.context, policy=strict, facts=facts)
        yield replace(made, runner=replace(made.runner, context=context))


async def ask(case: Case, actor: Actor = ANNS_USER, **arguments: Any) -> Event:
    core = case.world.services["core"]
    where = case.incident.namespace
    said = {"namespace": where, "name": core.name, "to_revision": 1, **arguments}
    call = ToolCall(server="kubernetes", tool="rollback_rollout", arguments=said)

    async def act(step: Any) -> Event:
        own = replace(step, actor=actor)
        return await steering_course.ask_for(own, call, "I know it", action_kinds.shipped())

    return await case.steer(act)


async def say_yes(case: Case, actor: Actor) -> Decision:
    async with case.engine.connect() as connection:
        query = sa.text("SELECT id FROM approvals WHERE status = 'open'")
        id_ = (await connection.execute(query)).scalar_one()
    answer = approvals.Answer(id_, Verdict.APPROVED, actor, "test")
    return await approvals.decide(case.engine, answer, now=case.clock.now())


async def test_it_is_looked_at_asked_about_granted_done_and_verified(case: Case) -> None:
    await ask(case)

    waiting = await case.go()
    await say_yes(case, BEN)
    ended = await case.go()

    assert (waiting, ended) == (IncidentStatus.AWAITING_APPROVAL, IncidentStatus.RESOLVED)
    [proposed] = await case.events(EventKind.PLAN_PROPOSED)
    assert (proposed.actor, proposed.payload["plan"]["playbook"]) == ("ann", "by_hand")
    assert proposed.payload["asker"] == {"kind": "person", "role": "approver"}
    assert case.writes() == 1
    [minted] = await case.events(EventKind.GRANT_MINTED)
    assert minted.payload["claims"]["approved_by"] == "ben"
    [finished] = await case.events(EventKind.VERIFICATION_FINISHED)
    assert finished.payload["result"] == "resolved"


async def test_what_somebody_asked_for_is_not_replaced_before_its_plan_is_there(case: Case) -> None:
    await ask(case)

    with pytest.raises(WrongStateError, match="ann asked for rollback_rollout before; wait"):
        await ask(case, BEN, to_revision=2)

    assert await case.go() is IncidentStatus.AWAITING_APPROVAL
    [proposed] = await case.events(EventKind.PLAN_PROPOSED)
    assert proposed.actor == "ann"


@pytest.mark.parametrize("again", [ANNS_USER, ANNS_TOKEN, ANN])
async def test_whoever_asked_for_it_does_not_approve_it_by_whatever_they_come(
    again: Actor, case: Case
) -> None:
    await ask(case)
    await case.go()

    with pytest.raises(approvals.NotAnApproverError, match="approve what they proposed"):
        await say_yes(case, again)


async def test_the_signer_refuses_the_yes_of_who_asked_though_the_door_took_it(case: Case) -> None:
    await ask(case)
    await case.go()
    async with case.engine.begin() as connection:
        # As a door without that check would have it: nobody is told that policy wants another one.
        await connection.execute(sa.text("UPDATE approvals SET rulings = '[]'"))
    await say_yes(case, ANNS_TOKEN)

    status = await case.go()

    assert (status, case.writes()) == (IncidentStatus.ESCALATED, 0)
    [refused] = await case.events(EventKind.GRANT_REFUSED)
    assert "approve what they proposed" in refused.payload["reason"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"tool": "exec_in_pod"}, "there is no action kubernetes.exec_in_pod; there are: "),
        ({"arguments": {"name": "web", "replicas": 3}}, "namespace is missing"),
        ({"arguments": {"namespace": "prod", "name": "web", "replicas": "3"}}, "a whole number"),
        ({"arguments": {"namespace": "prod", "name": "web", "replicas": True}}, "a whole number"),
        ({"arguments": {"namespace": "prod", "name": "web", "replicas": 0}}, "1 at least"),
        (
            {"arguments": {"namespace": "prod", "name": "web", "replicas": 2, "kind": "Job"}},
            "one of Deployment",
        ),
        (
            {"arguments": {"namespace": "prod", "name": "web", "replicas": 2, "force": True}},
            "force is no argument",
        ),
    ],
)
async def test_what_no_catalogue_knows_is_refused_with_what_would_be_right(
    body: dict[str, Any], said: str, steering: Steering, make_incident: Any
) -> None:
    id_ = await make_incident()
    right = {"namespace": "prod", "name": "web", "replicas": 3}
    wanted = {"tool": "scale_workload", "arguments": right, "reason": "r", **body}

    answer = await steering.post(id_, "actions", wanted)

    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    wrong = [error["field"] for error in answer.json().get("errors", [])]
    assert wrong or "there is no action" in said
    assert all(field.startswith("arguments.") for field in wrong)
    assert await steering.incidents.events(id_) == []


async def test_asked_twice_it_is_one_run(steering: Steering, make_incident: Any) -> None:
    id_ = await make_incident()
    arguments = {"namespace": "prod", "name": "web", "replicas": 3}
    body = {"tool": "scale_workload", "arguments": arguments, "reason": "r"}

    first, second = [(await steering.post(id_, "actions", body)).json() for _ in range(2)]

    assert first["run"] == 2
    assert second == first


async def test_a_plan_that_waits_is_not_thrown_away_for_what_may_be_refused(
    steering: Steering, make_incident: Any
) -> None:
    id_ = await make_incident(status="awaiting_approval")
    arguments = {"namespace": "kube-system", "name": "web", "replicas": 3}
    body = {"tool": "scale_workload", "arguments": arguments, "reason": "r"}

    answer = await steering.post(id_, "actions", body)

    assert answer.status_code == 409
    assert "a plan waits for an answer; reject that first" in answer.json()["detail"]
    assert await steering.incidents.events(id_) == []
