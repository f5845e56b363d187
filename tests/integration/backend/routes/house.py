"""An organization that has one of everything, each thing marked with the organization's own word."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import furnishing
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.accounts import people, sessions, tokens
from backend.accounts.sessions import Opened
from backend.actors import Actor, ActorKind, Role
from backend.db import approval_requests, clusters, journal, switch, tenancy
from backend.db.admission.manual import open_manually
from backend.db.clusters import Connecting, SealedEndpoint
from backend.db.tables import metadata
from backend.db.tenancy import Tenant
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Plan


@dataclass(frozen=True)
class House:
    """What the organization has, by the names that paths give it."""

    org_id: str
    mark: str
    ids: dict[str, str]
    tokens: dict[Role, str]
    sessions: dict[Role, Opened]

    def fill(self, path: str) -> str:
        """Return the path with this organization's ids."""
        return path.format_map(self.ids)

    def fill_in(self, body: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return the body with this organization's ids where its texts name them."""
        if body is None:
            return None
        return {
            name: self.fill(value) if isinstance(value, str) else value
            for name, value in body.items()
        }


async def build(engine: AsyncEngine, org_id: str, mark: str, plan: Plan, *, now: datetime) -> House:
    """Build an organization; the same for each but for its mark."""
    async with engine.begin() as connection:
        own = Tenant(org_id, "default")
        await tenancy.register(connection, org_id=org_id, cluster_id="default", now=now)
        admin = Actor(f"{mark}-ann", Role.ADMIN, org_id, ActorKind.PERSON)
        for is_halted in (True, False):
            await switch.throw(
                connection,
                org_id,
                switch.Throw(is_halted=is_halted, actor=admin.name, reason=f"{mark} freeze"),
                now=now,
            )
        secrets = {role: await _token(connection, admin, mark, role, now) for role in Role}
        opened = {role: await _session(connection, org_id, mark, role, now) for role in Role}
        user = await people.add(
            connection,
            org_id=org_id,
            name=f"{mark}-bob",
            password_hash="none",  # noqa: S106 - no hash at all: nobody signs in by it
            role=Role.VIEWER,
            now=now,
        )
        token, _ = await tokens.create(
            connection, admin, name=f"{mark}-pager", role=Role.VIEWER, expires_at=None, now=now
        )
        await _cluster(connection, admin, f"{mark}-east", now)
        incident_id = await _incident(connection, own, admin, mark, now)
        more = await furnishing.furnish(connection, own, admin, mark, now=now)
        await _investigated(connection, incident_id, plan, now)
        ids = {
            "incident_id": incident_id,
            "user_id": user.id,
            "user_name": user.name,
            "token_id": token.id,
            "cluster_id": f"{mark}-east",
            "runbook_id": f"{mark}-x",  # as a file of the organization's own server is called
            **more,
        }
    return House(org_id, mark, ids, secrets, opened)


async def snapshot(engine: AsyncEngine, org_id: str) -> dict[str, list[str]]:
    """Return every row that belongs to the organization, by table, but for when a token was used."""
    found = {}
    async with engine.connect() as connection:
        for table in metadata.sorted_tables:
            owner = {"organizations": "id"}.get(table.name, "org_id")
            if owner not in table.c:
                continue
            row = sa.text(f"(to_jsonb({table.name}) - 'used_at')::text")
            query = sa.select(row).select_from(table).where(table.c[owner] == org_id)
            found[table.name] = sorted((await connection.execute(query)).scalars())
    return found


async def _token(
    connection: AsyncConnection, admin: Actor, mark: str, role: Role, now: datetime
) -> str:
    _, secret = await tokens.create(
        connection, admin, name=f"{mark}-{role}", role=role, expires_at=None, now=now
    )
    return secret


async def _session(
    connection: AsyncConnection, org_id: str, mark: str, role: Role, now: datetime
) -> Opened:
    user = await people.add(
        connection,
        org_id=org_id,
        name=f"{mark}-the-{role}",
        password_hash="none",  # noqa: S106 - no hash at all: nobody signs in by it
        role=role,
        now=now,
    )
    actor = Actor(user.name, role, org_id, ActorKind.PERSON)
    return await sessions.open_session(connection, actor, user_id=user.id, now=now)


async def _cluster(connection: AsyncConnection, admin: Actor, name: str, now: datetime) -> None:
    endpoint = SealedEndpoint("kubernetes", f"http://{name}.test/mcp", "sealed", None)
    new = Connecting(
        tenant=Tenant(admin.org_id, name),
        connected_by=admin.name,
        webhook_token_sha256=name.encode(),
        endpoints=[endpoint],
    )
    await clusters.connect(connection, new, now=now)


async def _incident(
    connection: AsyncConnection, tenant: Tenant, admin: Actor, mark: str, now: datetime
) -> IncidentId:
    incident_id, _ = await open_manually(
        connection,
        tenant,
        service_key=("prod", f"{mark}-web"),
        actor=admin.name,
        reason=f"{mark} feels slow",
        now=now,
    )
    return incident_id


async def _investigated(
    connection: AsyncConnection, incident_id: IncidentId, plan: Plan, now: datetime
) -> None:
    """Give the incident evidence, causes and a plan that waits for approval."""
    await connection.execute(
        sa.text("UPDATE incidents SET status = 'awaiting_approval' WHERE id = :id"),
        {"id": incident_id},
    )
    [action] = plan.actions
    drafts: list[tuple[EventKind, dict[str, Any]]] = [
        (EventKind.EVIDENCE_ADDED, {"evidence": _evidence(now)}),
        (EventKind.CAUSES_RANKED, {"round": 1, "diagnosis": _diagnosis()}),
        (
            EventKind.PLAN_PROPOSED,
            {"plan": plan.model_dump(mode="json"), "plan_sha256": plan.sha256},
        ),
        (
            EventKind.POLICY_RULED,
            {
                "plan_sha256": plan.sha256,
                "rulings": [
                    {"action_id": action.id, "ruling": "ask", "rule": "r", "reason": "a change"}
                ],
            },
        ),
    ]
    await journal.append(
        connection,
        incident_id,
        [
            EventDraft(actor="platform", kind=kind, payload=payload, step_key=f"step-{number}")
            for number, (kind, payload) in enumerate(drafts)
        ],
        now=now,
    )
    await approval_requests.request(
        connection, incident_id, plan, (), now=now, ttl_s=timedelta(hours=1).total_seconds()
    )


def _evidence(now: datetime) -> dict[str, Any]:
    return {
        "id": "ev-1",
        "kind": "kubernetes.resources",
        "specialist": "kubernetes",
        "call": {"server": "kubernetes", "tool": "list_resources", "arguments": {}},
        "subject": None,
        "facts": {"kind": "Pod", "namespace": "prod", "items": []},
        "summary": "two pods restart",
        "left_out": [],
        "observed_at": now.isoformat(),
    }


def _diagnosis() -> dict[str, Any]:
    target = {"kind": "Deployment", "namespace": "prod", "name": "web"}
    finding = {
        "rule": "r",
        "fault_class": "bad_release",
        "object": target,
        "stance": "for",
        "weight": 2.0,
        "statement": "it began with the release",
        "evidence_ids": ["ev-1"],
    }
    cause = {
        "fault_class": "bad_release",
        "object": target,
        "confidence": 0.9,
        "statement": "revision 2 fails",
        "findings": [finding],
        "facts": {},
    }
    return {
        "causes": [cause],
        "abstained": False,
        "reason": "",
        "conclusion": "cause_found",
        "questions": [],
        "dependencies": [],
        "dismissed": [],
    }
