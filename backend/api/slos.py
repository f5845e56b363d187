"""Routes of objectives: which there are, how each stands, making, changing and removing them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from backend.api.auth import Admin, Viewer
from backend.api.context import ApiContext, Context
from backend.api.problems import ProblemError
from backend.db import clusters, slos
from backend.db.slos import Slo
from backend.db.tenancy import Tenant
from backend.slos.keeping import Keeper
from sre_agent.domain.slo import BudgetStatus, Burns, Objective, SloKind

router = APIRouter(prefix="/api/v1/slos", tags=["slos"])

_Id = Annotated[str, Path(max_length=253)]
_Cluster = Annotated[str, Query(max_length=253)]


class SloView(BaseModel):
    """An objective and how it stood when it was last looked at.

    What nobody can tell is null; `reason` says why. `remaining` is the share of the budget that is
    left: 1 is all of it, below 0 it is overspent. A burn rate of 1 uses up the budget exactly within
    the window. `exhausted_in_s` is when nothing is left if the last hour's rate goes on.
    """

    id: str
    cluster: str
    namespace: str
    service: str
    tier: int
    kind: SloKind
    target: float
    threshold_s: float | None
    window_days: int
    promise: str = Field(description="The objective in words.")
    from_file: bool = Field(description="Whether SLO_FILE defines it; it is changed there then.")
    changed_by: str
    changed_at: datetime
    status: BudgetStatus
    reason: str = Field(description="Why there is no data; empty when there is.")
    evaluated_at: datetime | None
    requests: float | None
    bad: float | None
    covered: float = Field(description="The share of the window in which anything was counted.")
    remaining: float | None
    burn_rates: Burns
    exhausted_in_s: float | None
    fast_burn_since: datetime | None
    slow_burn_since: datetime | None


class SloList(BaseModel):
    """Objectives, by cluster and id."""

    slos: list[SloView]


@router.get("")
async def list_slos(
    context: Context,
    actor: Viewer,
    cluster: _Cluster = "",
    namespace: _Cluster = "",
    service: _Cluster = "",
) -> SloList:
    """List objectives with how they stand, of all clusters unless one is named."""
    async with context.engine.connect() as connection:
        if cluster:
            await clusters.get(connection, Tenant(actor.org_id, cluster))
        found = await slos.list_all(connection, actor.org_id, cluster_id=cluster or None)
    return SloList(
        slos=[
            _view(each)
            for each in found
            if namespace in {"", each.objective.namespace}
            and service in {"", each.objective.service}
        ]
    )


@router.post("", status_code=201)
async def add_slo(
    context: Context, actor: Admin, body: Objective, cluster: _Cluster = ""
) -> SloView:
    """Define an objective; it is looked at within seconds. Without `cluster` it is the own one's."""
    return _view(await _keeper(context).add(actor, _tenant(context, actor.org_id, cluster), body))


@router.get("/{slo_id}")
async def show_slo(context: Context, actor: Viewer, slo_id: _Id, cluster: _Cluster = "") -> SloView:
    """Show one objective and how it stands."""
    async with context.engine.connect() as connection:
        return _view(await slos.get(connection, _tenant(context, actor.org_id, cluster), slo_id))


@router.put("/{slo_id}")
async def change_slo(
    context: Context, actor: Admin, slo_id: _Id, body: Objective, cluster: _Cluster = ""
) -> SloView:
    """Give an objective another definition; alerts of the old one end."""
    if body.id != slo_id:
        raise ProblemError(
            422, "The id cannot be changed", f"Send the id {slo_id}, or define another objective."
        )
    tenant = _tenant(context, actor.org_id, cluster)
    return _view(await _keeper(context).change(actor, tenant, body))


@router.delete("/{slo_id}", status_code=204)
async def remove_slo(context: Context, actor: Admin, slo_id: _Id, cluster: _Cluster = "") -> None:
    """Remove an objective; its alerts end with it."""
    tenant = _tenant(context, actor.org_id, cluster)
    await _keeper(context).remove(actor, tenant, slo_id)


def _keeper(context: ApiContext) -> Keeper:
    return Keeper(engine=context.engine, clock=context.clock)


def _tenant(context: ApiContext, org_id: str, cluster: str) -> Tenant:
    return Tenant(org_id, cluster or context.settings.cluster_id)


_NOTHING = Burns(over_5m=None, over_30m=None, over_1h=None, over_6h=None, over_3d=None)


def _view(slo: Slo) -> SloView:
    standing, objective = slo.standing, slo.objective
    return SloView(
        **objective.model_dump(),
        cluster=slo.tenant.cluster_id,
        promise=objective.says(),
        from_file=slo.from_file,
        changed_by=slo.changed_by,
        changed_at=slo.changed_at,
        status=standing.status() if standing else BudgetStatus.NO_DATA,
        reason=slo.reason or ("" if slo.evaluated_at else "it was not looked at yet"),
        evaluated_at=slo.evaluated_at,
        requests=standing.requests if standing else None,
        bad=standing.bad if standing else None,
        covered=standing.covered if standing else 0.0,
        remaining=standing.remaining if standing else None,
        burn_rates=standing.burns if standing else _NOTHING,
        exhausted_in_s=standing.exhausted_in_s if standing else None,
        fast_burn_since=slo.fast_since,
        slow_burn_since=slo.slow_since,
    )
