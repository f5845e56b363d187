"""Routes of the emergency switch: for every cluster, or for one."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from backend import halting
from backend.actors import Actor
from backend.api.auth import Admin, Approver, Viewer
from backend.api.context import ApiContext, Context
from backend.db import clusters, switch
from backend.db.switch import Halt, Stops, Throw
from backend.db.tenancy import Tenant

router = APIRouter(prefix="/api/v1", tags=["operations"])


class Reason(BaseModel):
    """Why the switch is thrown, and for which cluster; for all of them if none is named."""

    model_config = ConfigDict(str_strip_whitespace=True)

    reason: str = Field(min_length=1, max_length=2000)
    cluster: Annotated[str, Field(min_length=1, max_length=253)] | None = None


class ClusterHaltView(BaseModel):
    """A cluster in which nothing is written: by whom it was stopped, why, and since when."""

    cluster: str
    reason: str
    actor: str
    since: datetime


class HaltView(BaseModel):
    """Whether writing is halted everywhere, and why; by whom and since when, unless the settings say so.

    `clusters` are those that are stopped by themselves, whatever holds for the others.
    """

    halted: bool
    reason: str | None
    actor: str | None = None
    since: datetime | None = None
    clusters: list[ClusterHaltView] = []


@router.get("/halt")
async def show_halt(context: Context, actor: Viewer) -> HaltView:
    """Show whether writing is halted, where, by whom, and why."""
    async with context.engine.connect() as connection:
        return view(context, await switch.find_stops(connection, actor.org_id))


@router.post("/halt", responses={404: {}})
async def halt_writing(context: Context, actor: Approver, body: Reason) -> HaltView:
    """Stop all writing from now on, everywhere or in one cluster; reading and diagnosing go on.

    Once this is answered no grant is minted any more; it waits half a second at most for those under way.
    """
    return await _throw(context, actor, body, is_halted=True)


@router.post("/resume", responses={404: {}})
async def resume_writing(context: Context, actor: Admin, body: Reason) -> HaltView:
    """Allow writing again, where it was stopped: a cluster's own stop is ended by its name only."""
    return await _throw(context, actor, body, is_halted=False)


async def _throw(context: ApiContext, actor: Actor, body: Reason, *, is_halted: bool) -> HaltView:
    wanted = Throw(
        is_halted=is_halted, actor=actor.name, reason=body.reason, cluster_id=body.cluster
    )
    async with context.engine.begin() as connection:
        if body.cluster is not None:
            await clusters.get(connection, Tenant(actor.org_id, body.cluster))
        await switch.throw(connection, actor.org_id, wanted, now=context.clock.now())
        stops = await switch.find_stops(connection, actor.org_id)
    # The file stops the servers of the installation's own cluster: nobody else's switch moves it.
    if actor.org_id == context.tenant.org_id and body.cluster in {None, context.tenant.cluster_id}:
        await halting.follow_switch(context.engine, context.tenant, context.settings.mcp_halt_file)
    return view(context, stops)


def view(context: ApiContext, stops: Stops) -> HaltView:
    """Return what is stopped, as people are told."""
    named = [_of_cluster(halt) for halt in stops.clusters]
    found = stops.everywhere
    if found is not None:
        return HaltView(
            halted=True,
            reason=found.reason,
            actor=found.actor,
            since=found.since,
            clusters=named,
        )
    if context.settings.kill_switch:
        return HaltView(halted=True, reason="KILL_SWITCH is set in the settings", clusters=named)
    return HaltView(halted=False, reason=None, clusters=named)


def _of_cluster(halt: Halt) -> ClusterHaltView:
    return ClusterHaltView(
        cluster=halt.cluster_id or "", reason=halt.reason, actor=halt.actor, since=halt.since
    )
