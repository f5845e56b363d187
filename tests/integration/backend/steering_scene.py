"""What tests of steering begin with: the API as one responder uses it, and incidents behind it."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.db.incidents import PostgresIncidents
from backend.db.journal import PostgresJournal
from backend.settings.api import ApiSettings
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef

MakeIncident = Callable[..., Awaitable[IncidentId]]


ROLES = {
    name: hashlib.sha256(name.encode()).hexdigest() for name in ("viewer", "responder", "webhook")
}


OTHER = {"object": "Deployment/prod/api", "fault_class": "bad_release", "reason": "it is fine"}


class Steering:
    """The API as one responder uses it, and the incidents behind it."""

    def __init__(self, http: httpx.AsyncClient, engine: AsyncEngine, clock: Any, at: Path) -> None:
        self.http = http
        self.engine = engine
        self.journal = PostgresJournal(engine, clock)
        self.incidents = PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=at)

    async def post(
        self, id_: str, verb: str, body: dict[str, Any] | None = None, role: str = "responder"
    ) -> httpx.Response:
        return await self.http.post(
            f"/api/v1/incidents/{id_}/{verb}",
            json=body or {},
            headers={"Authorization": f"Bearer {ROLES[role]}"},
        )

    async def do(self, id_: str, verb: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.post(id_, verb, body)
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done

    async def twice(
        self, id_: str, verb: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Take a step, take it again, and see that it is one step."""
        first, again = await self.do(id_, verb, body), await self.do(id_, verb, body)
        assert again["seq"] == first["seq"]
        return first

    async def refused(
        self, id_: str, verb: str, body: dict[str, Any] | None = None, status: int = 409
    ) -> str:
        before = await self.incidents.events(IncidentId(id_))
        answer = await self.post(id_, verb, body)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["hint"]
        assert await self.incidents.events(IncidentId(id_)) == before
        return str(answer.json()["detail"])

    async def jobs(self) -> list[str]:
        async with self.engine.connect() as connection:
            query = "SELECT task_name FROM procrastinate_jobs ORDER BY id"
            return list((await connection.execute(sa.text(query))).scalars())

    async def fire(self, *services: str) -> str:
        """Let alerts of neighbouring services come in as one incident; return its id."""
        alerts = [
            {
                "status": "firing",
                "labels": {"alertname": "Errors", "namespace": "prod", "service": service},
                "annotations": {"summary": f"{service} fails"},
                "startsAt": f"2026-03-01T11:59:0{number}Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "fingerprint": f"print-{service}",
            }
            for number, service in enumerate(services)
        ]
        body = {"version": "4", "groupKey": "g", "status": "firing", "alerts": alerts}
        headers = {"Authorization": f"Bearer {ROLES['webhook']}"}
        answer = await self.http.post("/webhook/alert", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        [id_, *others] = answer.json()["incidents"]
        async with self.engine.begin() as connection:
            # As if they were neighbours: all alerts are the first one's.
            for statement in (
                "UPDATE alerts SET incident_id = :id",
                "UPDATE incidents SET alert_count = :count, firing_count = :count WHERE id = :id",
                "UPDATE incidents SET status = 'closed', ended_at = opened_at WHERE id <> :id",
            ):
                values = {"id": id_, "count": len(services)}
                query = sa.text(statement)
                names = query.compile().params
                await connection.execute(query, {key: values[key] for key in names})
        assert len(others) == len(services) - 1
        return str(id_)


@asynccontextmanager
async def opened(
    engine: AsyncEngine, database_url: str, clock: Any, tmp_path: Path
) -> AsyncIterator[Steering]:
    """Yield the API over a database, with a token for each role."""
    people = ("viewer", "responder")
    settings = ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(ROLES["webhook"]),
        api_tokens=SecretStr(",".join(f"{role}-1:{role}:{ROLES[role]}" for role in people)),
    )
    app = create_app(settings, engine, clock=clock)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as http,
    ):
        yield Steering(http, engine, clock, tmp_path)


async def move(steering: Steering, id_: IncidentId, status: IncidentStatus) -> None:
    await steering.incidents.set_status(id_, status, reason="", step_key=f"test:{status}")


def action_started() -> EventDraft:
    payload = {"action_id": "a1", "grant_id": "g"}
    return EventDraft(
        actor="executor", kind=EventKind.ACTION_STARTED, payload=payload, step_key="action_started"
    )


async def rank(steering: Steering, id_: IncidentId, *names: str) -> None:
    causes = [
        {
            "fault_class": "bad_release",
            "object": ObjectRef.deployment("prod", name).model_dump(),
            "confidence": 0.9,
            "statement": "s",
        }
        for name in names
    ]
    payload = {"round": 1, "diagnosis": {"causes": causes, "abstained": False}}
    await steering.journal.append(
        id_,
        EventDraft(
            actor="reflector", kind=EventKind.CAUSES_RANKED, payload=payload, step_key="ranked"
        ),
    )
