"""An incident on its way to an approved plan, as the signer finds it recorded."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.db import approvals
from backend.db.incidents import PostgresIncidents
from backend.db.journal import PostgresJournal
from sre_agent import ports
from sre_agent.config import permissions
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import PolicyRuling, Ruling, Verdict
from sre_agent.safety import policy
from sre_agent.safety.policy import Policy, Tools

ID = IncidentId("inc-1")
ACTION = ActionId("act-1")
SECRET = SecretStr("a secret of the tests")
ANN = Actor(name="ann", role=Role.APPROVER, org_id="default")


class Case:
    """An incident on its way to an approved plan."""

    def __init__(self, engine: AsyncEngine, clock: Any, plan: Plan, folder: Path) -> None:
        self.engine = engine
        self.clock = clock
        self.plan = plan
        self.journal = PostgresJournal(engine, clock)
        self.incidents = PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=folder)

    async def log(self, kind: EventKind, payload: dict[str, Any]) -> None:
        key = f"{kind}:{len(await self.incidents.events(ID))}"
        await self.journal.append(
            ID, EventDraft(actor="graph", kind=kind, payload=payload, step_key=key)
        )

    async def propose(self, plan: Plan | None = None) -> None:
        plan = plan or self.plan
        payload = {"plan": plan.model_dump(mode="json"), "plan_sha256": plan.sha256}
        await self.log(EventKind.PLAN_PROPOSED, payload)

    def rulings(self, ruling: Ruling) -> tuple[PolicyRuling, ...]:
        return tuple(
            PolicyRuling(action_id=action.id, ruling=ruling, rule="a-rule", reason="because")
            for action in self.plan.actions
        )

    async def rule(self, ruling: Ruling = Ruling.ASK) -> None:
        rulings = [item.model_dump(mode="json") for item in self.rulings(ruling)]
        payload = {"plan_sha256": self.plan.sha256, "rulings": rulings}
        await self.log(EventKind.POLICY_RULED, payload)

    async def ask(self) -> ports.Approval:
        return await self.incidents.request_approval(ID, self.plan, self.rulings(Ruling.ASK))

    async def decide(self, verdict: Verdict = Verdict.APPROVED) -> None:
        answer = approvals.Answer((await self.ask()).id, verdict, ANN, "test", reason="r")
        await approvals.decide(self.engine, answer, now=self.clock.now())

    async def execute(self, status: IncidentStatus = IncidentStatus.EXECUTING) -> None:
        await self.incidents.set_status(ID, status, reason="", step_key=f"status:{status}")

    async def approve(self) -> None:
        await self.propose()
        await self.rule()
        await self.decide()
        await self.execute()

    async def enroll(self, person: Actor) -> None:
        """Store a user as the accounts have it."""
        await self.sql(
            "INSERT INTO users (id, org_id, name, role, password_hash, created_at) VALUES "  # noqa: S608 - a test's
            f"('{person.user_id}', 'default', '{person.name}', '{person.role}', '-', now())"
        )

    async def give_token(self, program: Actor) -> None:
        """Store a token, of a user or of nobody, as the accounts have it."""
        user_id = f"'{program.user_id}'" if program.user_id else "NULL"
        await self.sql(
            "INSERT INTO api_tokens (id, org_id, name, role, token_sha256, created_by, user_id, "  # noqa: S608 - a test's
            f"created_at) VALUES ('{program.token_id}', 'default', '{program.name}', "
            f"'{program.role}', '{program.token_id}', 'admin', {user_id}, '2026-01-01')"
        )

    async def sql(self, statement: str) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            await connection.execute(sa.text(statement))


def shipped() -> Policy:
    return permissions.load_rules()


def lenient() -> Policy:
    """The shipped policy, and nobody is asked."""
    rules = tuple(rule for rule in shipped().rules if rule.text.ruling is not Ruling.ASK)
    text = "rules: [{name: go-ahead, ruling: allow, when: 'true', reason: it is a test}]"
    return replace(shipped(), rules=(*rules, *policy.load({"x": text}, Tools()).rules))
