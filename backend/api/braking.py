"""Routes of the brakes: what is stopped, how much was written, and when nothing may be."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.api import switching
from backend.api.auth import Admin, Approver, Viewer
from backend.api.context import ApiContext, Context
from backend.api.problems import ProblemError
from backend.api.switching import HaltView
from backend.db import brakes, clusters, freezes, switch
from backend.db.freezes import Freeze
from backend.db.tenancy import Tenant
from sre_agent.config import permissions
from sre_agent.domain.patterns import Patterns
from sre_agent.safety.freeze_places import strangers
from sre_agent.safety.freeze_text import FreezeText
from sre_agent.safety.freezes import Span, find_span
from sre_agent.safety.pace import WINDOW, Written

router = APIRouter(prefix="/api/v1", tags=["operations"])


class FreezeView(BaseModel):
    """A time at which nothing is changed: now or next. Without an id it is in the file."""

    id: str | None
    name: str
    reason: str
    clusters: list[str]
    namespaces: list[str]
    environments: list[str]
    lets_critical_pass: bool
    is_weekly: bool
    is_active: bool
    starts_at: datetime
    ends_at: datetime
    added_by: str | None

    @classmethod
    def of(cls, text: FreezeText, span: Span, now: datetime, stored: Freeze | None = None) -> Self:
        """Return the view of a freeze that is in force, or will be, during a span."""
        return cls(
            id=None if stored is None else stored.id,
            name=text.name,
            reason=text.reason,
            clusters=list(text.clusters),
            namespaces=list(text.namespaces),
            environments=list(text.environments),
            lets_critical_pass=text.lets_critical_pass,
            is_weekly=text.weekly is not None,
            is_active=span.holds(now),
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            added_by=None if stored is None else stored.added_by,
        )


class FreezeList(BaseModel):
    """The freezes by their beginnings; `fault` is why some cannot be read, and nothing is written."""

    freezes: list[FreezeView]
    fault: str | None


class NewFreeze(BaseModel):
    """A freeze for once: from when to when, where, and why. Everywhere unless it says where."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=100)
    reason: str = Field(min_length=1, max_length=500)
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    clusters: Patterns = ()
    namespaces: Patterns = ()
    environments: Patterns = ()
    lets_critical_pass: StrictBool = False

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        self.text()
        return self

    def text(self) -> FreezeText:
        """Return it as freezes are written."""
        said = self.model_dump(exclude={"starts_at", "ends_at"})
        return FreezeText.model_validate({**said, "from": self.starts_at, "to": self.ends_at})


class WorkloadBrakes(BaseModel):
    """A workload that was written to within the hour, or rests."""

    workload: str
    writes: int
    cools_until: datetime | None


class ClusterBrakes(BaseModel):
    """How much was written to a cluster within the hour."""

    cluster: str
    writes: int
    workloads: list[WorkloadBrakes]


class BrakesView(BaseModel):
    """Everything that slows or stops writing; the caps are writes of any hour."""

    halt: HaltView
    cap_service: int
    cap_cluster: int
    clusters: list[ClusterBrakes]
    freezes: list[FreezeView]
    fault: str | None


@router.get("/brakes")
async def show_brakes(context: Context, actor: Viewer) -> BrakesView:
    """Show what is stopped, how much of each cap is used, what rests, and the freezes."""
    now, caps = context.clock.now(), context.brakes.caps
    async with context.engine.connect() as connection:
        known = await clusters.list_all(connection, actor.org_id)
        listed = await _freezes(context, connection, actor.org_id, now)
        return BrakesView(
            halt=switching.view(context, await switch.find_stops(connection, actor.org_id)),
            cap_service=caps.per_workload,
            cap_cluster=caps.per_cluster,
            clusters=[await _cluster(connection, each.tenant, now) for each in known],
            freezes=listed.freezes,
            fault=listed.fault,
        )


@router.get("/freezes")
async def list_freezes(context: Context, actor: Viewer) -> FreezeList:
    """List the freezes that are in force or to come: those of the file, and those that people added."""
    async with context.engine.connect() as connection:
        return await _freezes(context, connection, actor.org_id, context.clock.now())


@router.post("/freezes", status_code=201, responses={409: {}})
async def add_freeze(context: Context, actor: Approver, body: NewFreeze) -> FreezeView:
    """Add a freeze for once; from its beginning on the signer grants nothing there."""
    now = context.clock.now()
    text = body.text()
    _check_environments(context, text)
    async with context.engine.begin() as connection:
        stored = await freezes.add(connection, actor.org_id, text, actor=actor.name, now=now)
    return FreezeView.of(text, Span(text.starts_at, text.ends_at), now, stored)


@router.delete("/freezes/{freeze_id}", status_code=204, responses={404: {}})
async def remove_freeze(
    context: Context, actor: Admin, freeze_id: Annotated[str, Path(max_length=100)]
) -> None:
    """Remove a freeze that somebody added; one of the file is removed there."""
    async with context.engine.begin() as connection:
        now = context.clock.now()
        await freezes.remove(connection, actor.org_id, freeze_id, actor=actor.name, now=now)


def _check_environments(context: ApiContext, text: FreezeText) -> None:
    """Refuse a freeze of an environment that the policy does not know: it would hold nowhere."""
    if not text.environments:
        return
    settings = context.settings
    rules = permissions.load_rules(settings.agent_config, settings.policy_dir)
    if rules.fault is not None:
        return  # nobody can tell, and nothing is written as long as that is so
    if strange := next(strangers([text], rules.environments), None):
        hint = "Name an environment of the policy, or freeze clusters and namespaces."
        raise ProblemError(422, "Nothing is called that", hint, detail=strange.told)


async def _freezes(
    context: ApiContext, connection: AsyncConnection, org_id: str, now: datetime
) -> FreezeList:
    calendar = context.brakes.calendar.read()
    added = await freezes.list_present(connection, org_id, now=now)
    stored = [(item.text, item) for item in added.freezes]
    known = [*((text, None) for text in calendar.freezes), *stored]
    views = [
        FreezeView.of(text, span, now, item)
        for text, item in known
        if (span := find_span(text, now)) is not None
    ]
    shown = sorted(views, key=lambda view: (view.starts_at, view.name))
    return FreezeList(freezes=shown, fault=calendar.joined((), added.fault).fault)


async def _cluster(connection: AsyncConnection, tenant: Tenant, now: datetime) -> ClusterBrakes:
    past = await brakes.read(connection, tenant, now=now)
    names = sorted({item.workload for item in past})
    return ClusterBrakes(
        cluster=tenant.cluster_id,
        writes=_lately(past, now),
        workloads=[
            _workload(name, [item for item in past if item.workload == name], now) for name in names
        ],
    )


def _workload(name: str, past: Sequence[Written], now: datetime) -> WorkloadBrakes:
    cools_until = max(item.cool_until for item in past)
    return WorkloadBrakes(
        workload=name,
        writes=_lately(past, now),
        cools_until=cools_until if cools_until > now else None,
    )


def _lately(past: Sequence[Written], now: datetime) -> int:
    return sum(item.at > now - WINDOW for item in past)
