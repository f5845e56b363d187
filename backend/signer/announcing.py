"""Telling every organization's log what the signer goes by: its policy, and its keys as they change."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from backend import policy_notes, rounds
from backend.db.organization_log import Deed
from backend.signer.keyring import Keyring
from sre_agent import ports
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
        said = {**keys, "made_by": makers}
        await policy_notes.note(
            self.engine, self.clock, Deed.SIGNING_KEYS_CHANGED, said, actor=ACTOR
        )
        await policy_notes.note_policy(self.engine, self.clock, self.policy, actor=ACTOR)
