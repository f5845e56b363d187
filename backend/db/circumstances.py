"""What rulings go by beside a plan: who asks, and how the services it touches keep their promises."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from backend.db import journal, slos
from backend.db.past_runs import PastRuns
from backend.db.slos import Slo
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


async def read(
    connection: AsyncConnection,
    incident: Incident,
    plan: Plan,
    now: datetime,
    past: PastRuns | None = None,
    log: Sequence[Event] | None = None,
) -> dict[ActionId, Circumstances]:
    """Return what a ruling on each action goes by, at a moment; the past, where rules go by it.

    Who has read the incident's log already gives it as `log`; otherwise it is asked for who proposed.

    Of several services and promises the worst counts: the incident's service, what the action
    changes, and the Services before it. What the plan says of the latter can only make it worse.
    """
    promised = await slos.list_all(connection, incident.org_id, cluster_id=incident.cluster_id)
    if log is None:
        log = await journal.read(connection, incident.id, kind=EventKind.PLAN_PROPOSED)
    asker = _asker([event for event in log if event.kind is EventKind.PLAN_PROPOSED], plan)
    tenant = Tenant(incident.org_id, incident.cluster_id)
    found = {}
    for action in plan.actions:
        track = await past.track(connection, tenant, Kind.of(action, plan)) if past else UNTRIED
        known = Circumstances(now=now, asker=asker, track=track)
        found[action.id] = _of(action, incident, promised, known)
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


def _asker(proposed: Sequence[Event], plan: Plan) -> Asker:
    """Return who proposed exactly this plan: the engine, unless the log names a person."""
    wanted = plan.sha256
    said: Mapping[str, object] = next(
        (item.payload for item in reversed(proposed) if item.payload["plan_sha256"] == wanted),
        {},
    )
    try:
        return Asker.model_validate(said.get("asker") or ENGINE)
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
