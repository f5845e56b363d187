"""Routes that take the audit out: asked for here, signed by the signer, streamed line by line."""

import json
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from backend.api.auth import Admin
from backend.api.context import Context
from backend.db import exports, incident_rows, retention
from backend.db.exports import Wanted
from sre_agent.domain.audit_export import Manifest
from sre_agent.domain.ids import IncidentId

router = APIRouter(prefix="/api/v1/audit/exports", tags=["audit"])


class ExportAsked(BaseModel):
    """What to take out; what is not given is everything until now."""

    since: AwareDatetime | None = Field(default=None, description="Nothing before it.")
    until: AwareDatetime | None = Field(default=None, description="Nothing from it on.")
    incident: str | None = Field(default=None, max_length=253, description="Only its log.")


class ExportView(BaseModel):
    """An export; the signer signs it within seconds, or says in `refusal` why not."""

    manifest: Manifest
    signature: str | None
    refusal: str | None


class KeptView(BaseModel):
    """How many incidents, over and whole in the export, may be removed when their time comes."""

    incidents: int


@router.post("", status_code=202, responses={404: {}, 409: {}})
async def ask_for_export(context: Context, actor: Admin, asked: ExportAsked) -> ExportView:
    """Take a part of the audit out; ask again for its signature until it is there.

    The manifest names each log and the hashes between which its stretch lies. Asking is itself an
    entry of the audit.
    """
    wanted = Wanted(
        org_id=actor.org_id,
        asked_by=actor.name,
        since=asked.since,
        until=asked.until,
        incident=asked.incident,
    )
    async with context.engine.begin() as connection:
        if asked.incident is not None:
            await incident_rows.get(connection, IncidentId(asked.incident), org_id=actor.org_id)
        manifest = await exports.ask(connection, wanted, now=context.clock.now())
    return ExportView(manifest=manifest, signature=None, refusal=None)


@router.get("/{export_id}", responses={404: {}})
async def show_export(context: Context, actor: Admin, export_id: str) -> ExportView:
    """Show an export and, once it is there, its signature."""
    async with context.engine.connect() as connection:
        found = await exports.get(connection, export_id, org_id=actor.org_id)
    return ExportView(manifest=found.manifest, signature=found.signature, refusal=found.refusal)


@router.get(
    "/{export_id}/entries",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}}, 404: {}},
)
async def stream_export(context: Context, actor: Admin, export_id: str) -> StreamingResponse:
    """Stream its entries, one JSON object on a line, in the order of its manifest."""
    async with context.engine.connect() as connection:
        found = await exports.get(connection, export_id, org_id=actor.org_id)

    async def lines() -> AsyncIterator[bytes]:
        async for entry in exports.read(context.engine, found.manifest):
            yield json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@router.post("/{export_id}/kept", responses={404: {}, 409: {}})
async def confirm_kept(context: Context, actor: Admin, export_id: str) -> KeptView:
    """Confirm that the export is stored somewhere else and was proved there.

    Of incidents that are over and whole in it, the end of the chain is kept; their events are
    removed after `AUDIT_RETENTION_DAYS`, if that is set. Confirming is itself an entry of the audit.
    """
    async with context.engine.begin() as connection:
        found = await exports.get(connection, export_id, org_id=actor.org_id)
        count = await retention.anchor(
            connection, found, confirmed_by=actor.name, now=context.clock.now()
        )
    return KeptView(incidents=count)
