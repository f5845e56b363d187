"""What an organization has beside its incident: a freeze, an objective, an export, a change and a thread."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Actor
from backend.db import ask_threads, changes, exports, freezes, slos
from backend.db.ask_threads import Outcome, Owner
from backend.db.changes import Told
from backend.db.tenancy import Tenant
from sre_agent.ask.answers import Answer
from sre_agent.domain.ids import ClusterId
from sre_agent.domain.slo import Objective, SloKind
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.safety.freeze_text import FreezeText


async def furnish(
    connection: AsyncConnection, tenant: Tenant, admin: Actor, mark: str, *, now: datetime
) -> dict[str, str]:
    """Add one of each, and return their ids by the names that paths give them."""
    text = FreezeText.model_validate(
        {
            "name": f"{mark}-sale",
            "reason": f"many buy from {mark}",
            "from": now + timedelta(days=1),
            "to": now + timedelta(days=2),
        }
    )
    freeze = await freezes.add(connection, tenant.org_id, text, actor=admin.name, now=now)
    objective = Objective(
        id=f"{mark}-slo",
        namespace="prod",
        service=f"{mark}-web",
        kind=SloKind.AVAILABILITY,
        target=0.99,
    )
    await slos.insert(connection, tenant, objective, actor=admin.name, from_file=False, now=now)
    wanted = exports.Wanted(org_id=tenant.org_id, asked_by=admin.name)
    manifest = await exports.ask(connection, wanted, now=now)
    change = Change(
        key=f"{mark}-flag",
        source=ChangeSource.WEBHOOK,
        kind=ChangeKind.FLAG,
        summary=f"{mark}-pricing switched on",
        at=now - timedelta(days=1),
        told_at=now,
        cluster_id=ClusterId(tenant.cluster_id),
        namespace="prod",
        services=(f"{mark}-web",),
        actor=admin.name,
    )
    await changes.keep(connection, tenant.org_id, [Told(change, "0" * 64)])
    asker = Owner(tenant.org_id, admin.person)
    thread, _ = await ask_threads.keep(
        connection, asker, None, f"how is {mark}-web?", Outcome(Answer()), now=now
    )
    return {
        "freeze_id": freeze.id,
        "slo_id": objective.id,
        "export_id": manifest.id,
        "change_id": change.id,
        "thread_id": thread,
    }
