"""The route of the ladder: what has earned to be done without asking, what is missing, and why."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from backend.api.auth import Viewer
from backend.api.context import ApiContext, Context
from backend.db import clusters, ladder
from backend.db.ladder import Rung
from backend.db.past_runs import PastRuns
from backend.db.tenancy import Tenant
from sre_agent.config import permissions
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.ruling import Ruling
from sre_agent.safety.policy import Policy

router = APIRouter(prefix="/api/v1/autonomy", tags=["autonomy"])


class RungView(BaseModel):
    """A kind of action that was done before, and how the like of it would be ruled on now.

    `bound` is what its share of successes is above with 95 % certainty; `in_a_row` counts successes
    since one failed. `earns_by` is the rule that may allow it, null where policy names none.
    """

    server: str
    tool: str
    fault_class: str
    object: ObjectRef
    successes: int
    failures: int
    unproven: int
    in_a_row: int
    bound: float
    last_at: datetime
    ruling: Ruling
    rule: str
    reason: str
    risk_score: int | None
    earns_by: str | None
    missing: list[str] = Field(description="What that rule wants to see yet.")


class Ladder(BaseModel):
    """What was done in a cluster, the most often first, and whether policy lets anything earn."""

    cluster: str
    is_on: bool = Field(description="Whether any rule allows what has earned it.")
    fault: str | None = Field(description="Why the policy cannot be read; then all is denied.")
    rungs: list[RungView]
    unreadable: list[str] = Field(
        description="Incidents whose logs cannot be read: what was done in them counts as failed."
    )


@router.get("")
async def show_ladder(
    context: Context,
    actor: Viewer,
    cluster: Annotated[str, Query(max_length=253)] = "",
) -> Ladder:
    """Show what has earned to be done without asking; of the own cluster unless one is named."""
    tenant = Tenant(actor.org_id, cluster or context.settings.cluster_id)
    if cluster:
        async with context.engine.connect() as connection:
            await clusters.get(connection, tenant)
    found: Ladder = await context.recent.recall(("ladder", tenant), lambda: _read(context, tenant))
    return found


async def _read(context: ApiContext, tenant: Tenant) -> Ladder:
    rules = _rules(context)
    async with context.engine.connect() as connection:
        found = await ladder.read(connection, tenant, rules, PastRuns(), context.clock.now())
    return Ladder(
        cluster=tenant.cluster_id,
        is_on=rules.lets_earn,
        fault=rules.fault,
        rungs=[_view(rung) for rung in found.rungs],
        unreadable=list(found.unreadable),
    )


def _rules(context: ApiContext) -> Policy:
    settings = context.settings
    return permissions.load_rules(settings.agent_config, settings.policy_dir)


def _view(rung: Rung) -> RungView:
    kind, track, ruling = rung.kind, rung.track, rung.ruling
    return RungView(
        server=kind.server,
        tool=kind.tool,
        fault_class=kind.fault_class,
        object=kind.object,
        **track.model_dump(),
        bound=track.bound,
        last_at=rung.last_at,
        ruling=ruling.ruling,
        rule=ruling.rule,
        reason=ruling.reason,
        risk_score=ruling.risk.score if ruling.risk else None,
        earns_by=rung.earns_by,
        missing=list(rung.missing),
    )
