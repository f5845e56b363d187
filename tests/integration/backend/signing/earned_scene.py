"""A past from which actions earn autonomy: how it is told, and a promise that is kept meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from signer_case import ACTION, ID, Case, lenient
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from backend.db import journal, slos
from backend.db.past_runs import PastRuns
from backend.db.slos import Look
from backend.db.tables.approvals import grants as minted
from backend.db.tables.incidents import incidents
from backend.db.tenancy import Tenant
from backend.signer import keys, token
from backend.signer.mint import Mint
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import GrantId, IncidentId
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.ruling import Ruling
from sre_agent.domain.slo import Burns, Objective, SloKind, Standing
from sre_agent.safety import grants, policy
from sre_agent.safety.autonomy import Track
from sre_agent.safety.grants import GrantRefusedError, Minting
from sre_agent.safety.past_runs import Kind
from sre_agent.safety.policy import Policy

RULES = """
rules:
  - name: rollbacks-may-earn-it
    ruling: ask
    when: action.tool == "rollback_rollout"
    reason: a person decides
    allow_if_earned: {lower_bound: 0.6, min_runs: 5}
"""
ENOUGH = 6
"""So many successes earn it."""

Grow = Callable[..., Awaitable[None]]
"""Makes one more incident of the past."""


def earning_rules() -> Policy:
    """Return rules by which a rollback can earn it."""
    return policy.load({"earned.yaml": RULES}, lenient().tools)


def with_a_way_back(plan: Plan) -> Plan:
    """Return a plan with one action that can be taken back."""
    [action] = plan.actions
    undo = action.call.model_copy(update={"arguments": {**action.call.arguments, "to_revision": 2}})
    return plan.model_copy(update={"actions": (action.model_copy(update={"inverse": undo}),)})


@dataclass
class SlowPast(PastRuns):
    """A past that takes long to read."""

    is_read: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    @override
    async def track(self, connection: AsyncConnection, tenant: Tenant, kind: Kind) -> Track:
        found = await super().track(connection, tenant, kind)
        self.is_read.set()
        await asyncio.wait_for(self.may_go_on.wait(), 10)
        return found


async def promise(engine: AsyncEngine, now: datetime) -> None:
    """Let the service promise something, and keep it."""
    objective = Objective(
        id="web", namespace="prod", service="web", kind=SloKind.AVAILABILITY, target=0.99
    )
    standing = Standing(
        requests=100,
        bad=0,
        covered=1,
        remaining=0.9,
        burns=Burns(over_5m=0, over_30m=0, over_1h=0, over_6h=0, over_3d=0),
        exhausted_in_s=None,
        is_fast=False,
        is_slow=False,
    )
    look = Look(standing=standing, reason="", fast_since=None, slow_since=None, is_low=False)
    tenant = Tenant("default", "default")
    async with engine.begin() as connection:
        await slos.insert(connection, tenant, objective, actor="ann", from_file=False, now=now)
        await slos.record(connection, tenant, "web", look, now=now)


async def happen(
    connection: AsyncConnection,
    case: Case,
    id_: IncidentId,
    result: str,
    key: keys.SigningKey,
    done: tuple[Action, ...],
) -> None:
    now, plan = case.clock.now(), case.plan
    said: list[tuple[EventKind, dict[str, Any]]] = [
        (
            EventKind.PLAN_PROPOSED,
            {"plan": plan.model_dump(mode="json"), "plan_sha256": plan.sha256},
        ),
        *(
            (EventKind.ACTION_FINISHED, {"action_id": each.id, "outcome": "applied"})
            for each in done
        ),
        (EventKind.VERIFICATION_FINISHED, {"result": result}),
    ]
    drafts = [
        EventDraft(actor="graph", kind=kind, payload=payload, step_key=f"{kind}:{n}")
        for n, (kind, payload) in enumerate(said)
    ]
    await journal.append(connection, id_, drafts, now=now)
    incident = (await case.incidents.load(ID)).model_copy(update={"id": id_})
    record = grants.Record(incident, plan, case.rulings(Ruling.ALLOW), None)
    minting = Minting(GrantId(f"grt-{id_}"), now_s=int(now.timestamp()))
    row = {
        "id": minting.grant_id,
        "org_id": "default",
        "incident_id": id_,
        "action_id": ACTION,
        "plan_sha256": plan.sha256,
        "token": token.sign(grants.claims(record, ACTION, minting), key),
        "minted_at": now,
        "expires_at": now,
    }
    await connection.execute(sa.insert(minted).values(row))
    await connection.execute(sa.update(incidents).where(incidents.c.id == id_).values(ended_at=now))


async def ready(case: Case) -> None:
    """Bring the present incident to where its action would be granted, as if nobody were asked."""
    await case.propose()
    await case.rule(Ruling.ALLOW)
    await case.execute()


async def refused(mint: Mint) -> str:
    with pytest.raises(GrantRefusedError) as error:
        await mint.mint(ID, ACTION)
    return error.value.code
