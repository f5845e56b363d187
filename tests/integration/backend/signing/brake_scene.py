"""Several incidents with approved plans, for one signer with brakes."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from signer_case import Case
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.brakes.calendar import CalendarFile
from backend.brakes.judging import Brakes
from backend.db import approvals
from backend.signer.keys import SigningKey
from backend.signer.mint import Mint
from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import REVERT, Plan
from sre_agent.domain.ruling import PolicyRuling, Ruling, Verdict
from sre_agent.safety.grants import GrantRefusedError
from sre_agent.safety.pace import Caps
from sre_agent.safety.policy import Policy

MakeIncident = Callable[..., Awaitable[IncidentId]]
MakeMint = Callable[..., Mint]
EVE = Actor(name="eve", role=Role.ADMIN, org_id="default")


class Scene:
    """A database with incidents, each of which has a plan that a person approved."""

    def __init__(
        self, engine: AsyncEngine, clock: Any, plan: Plan, make: MakeIncident, folder: Path
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.plan = plan
        self.make = make
        self.folder = folder
        self.cases: dict[str, Case] = {}

    async def approved(self, name: str, plan: Plan | None = None) -> IncidentId:
        """Return an incident whose plan is approved; its own service, unless the plan says else."""
        id_ = await self.make(name, service=name)
        self.cases[name] = Case(self.engine, self.clock, plan or self.plan, self.folder)
        await self.permit(id_, plan or self.plan)
        return id_

    async def permit(self, id_: IncidentId, plan: Plan) -> None:
        """Propose a plan, have it ruled on and approved, and begin to carry it out."""
        case = self.cases[id_]
        await self.pass_time(seconds=1)
        rulings = tuple(
            PolicyRuling(action_id=item.id, ruling=Ruling.ASK, rule="a-rule", reason="because")
            for item in plan.actions
        )
        dumped = [item.model_dump(mode="json") for item in rulings]
        proposed = {"plan": plan.model_dump(mode="json"), "plan_sha256": plan.sha256}
        ruled = {"plan_sha256": plan.sha256, "rulings": dumped}
        await self.log(id_, EventKind.PLAN_PROPOSED, proposed)
        await self.log(id_, EventKind.POLICY_RULED, ruled)
        approval = await case.incidents.request_approval(id_, plan, rulings)
        answer = approvals.Answer(approval.id, Verdict.APPROVED, EVE, "test", reason="r")
        await approvals.decide(self.engine, answer, now=self.clock.now())
        key = f"status:{plan.sha256}"
        await case.incidents.set_status(id_, IncidentStatus.EXECUTING, reason="", step_key=key)

    async def log(self, id_: IncidentId, kind: EventKind, payload: dict[str, Any]) -> None:
        case = self.cases[id_]
        key = f"{kind}:{len(await case.incidents.events(id_))}"
        draft = EventDraft(actor="graph", kind=kind, payload=payload, step_key=key)
        await case.journal.append(id_, draft)

    def on(self, name: str, number: int = 1, summary: str = "") -> Plan:
        """Return the plan for another Deployment, with so many actions."""
        [action] = self.plan.actions
        target = ObjectRef.deployment("prod", name)
        arguments = {**action.call.arguments, "name": name}
        actions = tuple(
            action.model_copy(
                update={
                    "id": ActionId(f"act-{each + 1}"),
                    "target": target,
                    "call": action.call.model_copy(update={"arguments": arguments}),
                }
            )
            for each in range(number)
        )
        return self.plan.model_copy(
            update={"actions": actions, "cause_object": target, "summary": summary or name}
        )

    async def counted(self) -> int:
        async with self.engine.connect() as connection:
            query = sa.text("SELECT count(*) FROM counted_writes")
            return int((await connection.execute(query)).scalar_one())

    async def grants(self) -> int:
        async with self.engine.connect() as connection:
            return int(
                (await connection.execute(sa.text("SELECT count(*) FROM grants"))).scalar_one()
            )

    async def pass_time(self, **by: float) -> None:
        self.clock.time += timedelta(**by)


def undo_of(plan: Plan) -> Plan:
    """Return the plan that takes another one back."""
    undone = []
    for action in reversed(plan.actions):
        assert action.inverse is not None
        update = {
            "id": ActionId(f"{action.id}-undo"),
            "call": action.inverse,
            "inverse": action.call,
        }
        undone.append(action.model_copy(update=update))
    return plan.model_copy(update={"playbook": REVERT, "actions": tuple(undone)})


def braked(
    engine: AsyncEngine,
    clock: Any,
    key: SigningKey,
    rules: Policy,
    *,
    caps: Caps | None = None,
    file: Path | None = None,
    skew_max_s: float | None = None,
) -> Mint:
    """Return a mint with these brakes."""
    return Mint(
        engine=engine,
        clock=clock,
        key=key,
        policy=rules,
        ttl_s=300,
        brakes=Brakes(caps or Caps(), CalendarFile(file)),
        skew_max_s=skew_max_s,
    )


async def refusal(minting: Awaitable[ports.Grant]) -> GrantRefusedError:
    with pytest.raises(GrantRefusedError) as raised:
        await minting
    return raised.value


def freeze(file: Path, now: datetime) -> datetime:
    """Write a freeze that begins now; return its end."""
    until = now + timedelta(minutes=20)
    when = f"from: '{now.isoformat()}', to: '{until.isoformat()}'"
    file.write_text(f"freezes: [{{name: count, reason: inventory, {when}}}]")
    return until
