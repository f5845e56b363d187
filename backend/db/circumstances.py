"""What rulings go by beside a plan: who asks, and how the services it touches keep their promises."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from backend.db import slos
from backend.db.at_once import AtOnce, Question
from backend.db.past_runs import PastRuns
from backend.db.slos import Slo
from backend.db.tables.events import events as entries
from backend.db.tenancy import Tenant
from sre_agent import ports
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.slo import Standing
from sre_agent.safety.facts import ENGINE, UNTRIED, Asker, Circumstances
from sre_agent.safety.past_runs import Kind

FRESH = timedelta(minutes=15)
"""What was counted longer ago says nothing of the present; a look is taken every minute or so."""


@dataclass(frozen=True)
class _Asked:
    said: Any


_ASKER = Question(
    sa.select(entries.c.payload["asker"].label("said"))
    .where(
        entries.c.incident_id == sa.bindparam("incident_id"),
        entries.c.kind == EventKind.PLAN_PROPOSED.value,
        entries.c.payload["plan_sha256"].as_string() == sa.bindparam("plan_sha256"),
    )
    .order_by(entries.c.seq.desc())
    .limit(1),
    TypeAdapter(list[_Asked]),
)
_ALL = AtOnce(slos.PROMISED, _ASKER)


@dataclass(frozen=True)
class Known:
    """What of a plan's circumstances the database tells: the cluster's promises, and who asks."""

    promised: Sequence[Slo]
    asker: Asker


def asker(log: Iterable[Event], plan_sha256: str) -> Asker:
    """Return who proposed exactly this plan: the engine, unless the log names a person."""
    proposed = [event.payload for event in log if event.kind is EventKind.PLAN_PROPOSED]
    found = (item for item in reversed(proposed) if item["plan_sha256"] == plan_sha256)
    said = next(found, None)
    return _asker(said and said.get("asker"))


async def read(
    connection: AsyncConnection,
    incident: Incident,
    plan: Plan,
    now: datetime,
    past: PastRuns | None = None,
    known: Known | None = None,
) -> dict[ActionId, Circumstances]:
    """Return what a ruling on each action goes by, at a moment; the past, where rules go by it.

    Who has asked for what is `known` already gives it.

    Of several services and promises the worst counts: the incident's service, what the action
    changes, and the Services before it. What the plan says of the latter can only make it worse.
    """
    if known is None:
        said = await _ALL.ask(connection, incident_id=incident.id, plan_sha256=plan.sha256)
        whose = next((row.said for row in said.to(_ASKER)), None)
        known = Known(slos.promised(said.to(slos.PROMISED)), _asker(whose))
    tenant = Tenant(incident.org_id, incident.cluster_id)
    found = {}
    for action in plan.actions:
        track = await past.track(connection, tenant, Kind.of(action, plan)) if past else UNTRIED
        at = Circumstances(now=now, asker=known.asker, track=track)
        found[action.id] = _of(action, incident, known.promised, at)
    return found


def _of(
    action: Action, incident: Incident, promised: Iterable[Slo], known: Circumstances
) -> Circumstances:
    touched = {(incident.namespace, incident.service)}
    names = (action.target.name, *action.blast_radius.services)
    touched |= {(action.target.namespace, name) for name in names}
    concerned = [
        item for item in promised if (item.objective.namespace, item.objective.service) in touched
    ]
    standings = [found for item in concerned if (found := _fresh(item, known)) is not None]
    left = [item.remaining for item in standings if item.remaining is not None]
    burning = [item.is_fast for item in standings if item.is_fast is not None]
    return replace(
        known,
        tier=min((item.objective.tier for item in concerned), default=None),
        budget_left=min(1.0, max(0.0, min(left))) if left else None,
        burns_fast=any(burning) if burning else None,
    )


def _fresh(slo: Slo, known: Circumstances) -> Standing | None:
    """Return how a promise stands, unless nobody looked for long."""
    is_old = slo.evaluated_at is None or known.now is None or known.now - slo.evaluated_at > FRESH
    return None if is_old else slo.standing


def _asker(said: object) -> Asker:
    try:
        return Asker.model_validate(said or ENGINE)
    except ValidationError:
        return Asker(kind="person")  # whoever it is, rules for the engine are not for them


@dataclass(frozen=True)
class PostgresFacts(ports.Facts):
    """The circumstances of every plan, as the signer reads them too."""

    engine: AsyncEngine
    clock: ports.Clock
    past: PastRuns | None = None

    @override
    async def of(self, incident: Incident, plan: Plan) -> Mapping[ActionId, Circumstances]:
        """Return what a ruling on each action goes by now."""
        reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        async with reading.connect() as connection:
            return await read(connection, incident, plan, self.clock.now(), self.past)
