"""Signing what is taken out of the audit, after the signer has looked at the logs itself."""

from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend import rounds
from backend.db import exports
from backend.signer import token
from backend.signer.keys import KeySource
from sre_agent import ports
from sre_agent.domain.audit_export import ExportClaims, Manifest

_LOOK_EVERY_S = 1.0

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """Signs the exports that wait in the database: whoever asks for one needs no way to the signer."""

    engine: AsyncEngine
    clock: ports.Clock
    key: KeySource

    async def run(self) -> None:
        """Look until cancelled."""
        await rounds.go_on(self.go, self.clock, pause_s=_LOOK_EVERY_S, failed="export_failed")

    async def go(self) -> None:
        """Sign or refuse all that wait."""
        while await self._answer_one():
            pass

    async def _answer_one(self) -> bool:
        async with self.engine.begin() as connection:
            manifest = await exports.take_waiting(connection)
            if manifest is None:
                return False
            refusal = await _find_fault(connection, manifest)
            signature = None if refusal else self._sign(manifest)
            await exports.answer(connection, manifest.id, signature=signature, refusal=refusal)
        _log.info("export_answered", export_id=manifest.id, refusal=refusal)
        return True

    def _sign(self, manifest: Manifest) -> str:
        now = self.clock.now()
        claims = ExportClaims(
            sub=manifest.org_id,
            jti=manifest.id,
            iat=int(now.timestamp()),
            manifest_sha256=manifest.sha256,
        )
        return token.sign_export(claims, self.key.signing(now))


async def _find_fault(connection: AsyncConnection, manifest: Manifest) -> str | None:
    """Return what in the manifest is not in the logs, or None."""
    for stretch in manifest.stretches:
        if not await exports.stretch_stands(connection, manifest.org_id, stretch):
            return f"the log {stretch.log or 'of the organization'} is not what the export says"
    return None
