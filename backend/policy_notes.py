"""Writing down in every organization's log which policy a program goes by, once for each change."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import organization_log
from backend.db.organization_log import Deed
from backend.db.tables.tenancy import organizations
from sre_agent import ports
from sre_agent.domain import canonical
from sre_agent.safety.policy import Policy


async def note_policy(
    engine: AsyncEngine, clock: ports.Clock, policy: Policy, *, actor: str
) -> None:
    """Write down the policy that the actor loaded, unless it is the one it loaded last."""
    await note(engine, clock, Deed.POLICY_LOADED, told(policy), actor=actor)


async def note(
    engine: AsyncEngine, clock: ports.Clock, kind: Deed, payload: dict[str, Any], *, actor: str
) -> None:
    """Write something down for every organization unless the actor's newest entry says the same."""
    async with engine.connect() as connection:
        ids = (await connection.execute(sa.select(organizations.c.id))).scalars().all()
    for org_id in ids:
        async with engine.begin() as connection:
            await organization_log.note_change(
                connection,
                org_id=org_id,
                actor=actor,
                kind=kind,
                payload=payload,
                now=clock.now(),
            )


def told(policy: Policy) -> dict[str, Any]:
    """Return what tells one policy from another."""
    if policy.fault is not None:
        return {"fault": policy.fault}
    said = {
        "rules": [rule.text.model_dump(mode="json") for rule in policy.rules],
        "bounds": dict(policy.bounds),
        "environments": {
            name: one.model_dump(mode="json") for name, one in policy.environments.items()
        },
        "zone": str(policy.zone),
    }
    return {"sha256": canonical.sha256(said), "rules": len(policy.rules)}
