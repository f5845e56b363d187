"""Telling every organization's log what the signer goes by: its policy, and its keys as they change."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend import rounds
from backend.db import organization_log
from backend.db.organization_log import Deed
from backend.db.tables.tenancy import organizations
from backend.signer.keyring import Keyring
from sre_agent import ports
from sre_agent.domain import canonical
from sre_agent.safety.policy import Policy

ACTOR = "signer"

_LOOK_EVERY_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Announcer:
    """Writes down what changed since it was last written down, of several signers once."""

    engine: AsyncEngine
    clock: ports.Clock
    keyring: Keyring
    policy: Policy

    async def run(self) -> None:
        """Look until cancelled; what could not be written is tried again."""
        pause_s = _LOOK_EVERY_S
        await rounds.go_on(self.go, self.clock, pause_s=pause_s, failed="announcement_failed")

    async def go(self) -> None:
        """Write down what is new."""
        now = self.clock.now()
        ring = self.keyring.read()
        keys = {
            ring.state(key, now).value: [
                each.id for each in ring.keys if ring.state(each, now) is ring.state(key, now)
            ]
            for key in ring.keys
        }
        makers = sorted({key.made_by for key in ring.published})
        await self._note(Deed.SIGNING_KEYS_CHANGED, {**keys, "made_by": makers})
        await self._note(Deed.POLICY_LOADED, told(self.policy))

    async def _note(self, kind: Deed, payload: dict[str, Any]) -> None:
        async with self.engine.connect() as connection:
            ids = (await connection.execute(sa.select(organizations.c.id))).scalars().all()
        for org_id in ids:
            async with self.engine.begin() as connection:
                await organization_log.note_change(
                    connection,
                    org_id=org_id,
                    actor=ACTOR,
                    kind=kind,
                    payload=payload,
                    now=self.clock.now(),
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
