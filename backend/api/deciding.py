"""Routes that steer: yes, no, and look at this."""

from dataclasses import replace
from datetime import datetime

import structlog
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from backend.actors import Actor
from backend.api import holding
from backend.api.auth import Approver, Responder, identify
from backend.api.context import ApiContext, Context
from backend.api.shapes import Approve, Approved, Reject, Trigger, Triggered
from backend.clusters.toolboxes import ClusterDisconnectedError
from backend.db import approval_rows, approvals, clusters, incident_rows
from backend.db.admission.manual import open_manually
from backend.db.approvals import Answer
from backend.db.tenancy import Tenant
from sre_agent.domain.brakes import Obstacle
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Decision, Verdict

router = APIRouter(prefix="/api/v1", tags=["decisions"])

_UNREAD = (
    "which brakes hold the plan could not be read; the signer looks at them before each action"
)

_log = structlog.get_logger()


@router.post(
    "/incidents/{incident_id}/approve", responses={202: {"model": Approved}, 409: {}, 422: {}}
)
async def approve_plan(
    context: Context,
    request: Request,
    actor: Approver,
    incident_id: str,
    response: Response,
    body: Approve,
) -> Approved:
    """Approve the plan that waits, or all of it but some actions.

    `plan_sha256` names the plan that was seen: another one that took its place is not approved by
    it. The answer is 202 where policy wants more people to say yes: `waits_for` says
    how many. `held_by` says which brakes hold the plan though it is approved, and what ends each;
    `brakes_unread` says so where nobody could look: the yes stands all the same.
    """
    answer = _answer(actor, Verdict.APPROVED, body.comment, body.plan_sha256)
    answer = replace(answer, without=tuple(ActionId(item) for item in body.without))
    decision = await _decide(context, request, IncidentId(incident_id), answer)
    response.status_code = 202 if decision.waits_for else 200
    try:
        held_by = await _held_by(context, decision)
    except Exception as error:  # noqa: BLE001 - the yes is stored: nothing that fails from here on unsays it
        _log.warning("brakes_unread", approval_id=decision.approval_id, error=repr(error))
        return Approved(**decision.model_dump(), held_by=(), brakes_unread=_UNREAD)
    return Approved(**decision.model_dump(), held_by=held_by)


@router.post("/incidents/{incident_id}/reject", responses={409: {}})
async def reject_plan(
    context: Context, request: Request, actor: Approver, incident_id: str, body: Reject
) -> Decision:
    """Reject the plan that waits."""
    answer = _answer(actor, Verdict.REJECTED, body.reason, body.plan_sha256)
    return await _decide(context, request, IncidentId(incident_id), answer)


@router.post("/trigger", status_code=202, responses={200: {"model": Triggered}})
async def trigger_investigation(
    context: Context, actor: Responder, body: Trigger, response: Response
) -> Triggered:
    """Start looking at a service without an alert.

    The answer is 202, or 200 when an open incident looks at it already.
    """
    tenant = Tenant(actor.org_id, body.cluster or context.settings.cluster_id)
    async with context.engine.begin() as connection:
        await _check_served(connection, context, tenant)
        incident_id, opened = await open_manually(
            connection,
            tenant,
            service_key=(body.namespace, body.service),
            actor=actor.name,
            reason=body.reason,
            now=context.clock.now(),
        )
    response.status_code = 202 if opened else 200
    return Triggered(incident_id=incident_id, opened=opened)


async def _check_served(connection: AsyncConnection, context: ApiContext, tenant: Tenant) -> None:
    """Refuse a cluster in which nothing could be looked at.

    Raises:
        ClusterNotFoundError: The organization has none of that name.
        ClusterDisconnectedError: It is not connected.
    """
    found = await clusters.get(connection, tenant)
    if tenant != context.tenant and not found.is_connected:
        raise ClusterDisconnectedError(f"cluster {tenant.cluster_id} is disconnected")


def _answer(actor: Actor, verdict: Verdict, reason: str, plan_sha256: str | None) -> Answer:
    return Answer(
        approval_id="",
        verdict=verdict,
        actor=actor,
        channel=actor.channel,
        reason=reason,
        plan_sha256=plan_sha256,
    )


async def _held_by(context: ApiContext, decision: Decision) -> tuple[Obstacle, ...]:
    async with context.engine.connect() as connection:
        asked = await approval_rows.find(connection, approval_id=decision.approval_id)
        if asked is None:
            return ()
        incident = await incident_rows.load(connection, asked.incident_id)
    plan = Plan.model_validate(asked.plan).without(decision.without)
    return tuple(await holding.held_by(context, incident, plan))


async def _decide(
    context: ApiContext, request: Request, incident_id: IncidentId, answer: Answer
) -> Decision:
    async with context.engine.connect() as connection:
        await incident_rows.get(connection, incident_id, org_id=answer.actor.org_id)
        waiting = await approval_rows.find(connection, incident_id=incident_id)
    if waiting is None:
        raise approvals.ApprovalNotFoundError(f"nothing of {incident_id} waits for approval")

    async def confirm(connection: AsyncConnection) -> tuple[Actor, datetime]:
        return await identify(request, context, connection), context.clock.now()

    answer = replace(answer, approval_id=waiting.id)
    return await approvals.decide(context.engine, answer, now=context.clock.now(), confirm=confirm)
