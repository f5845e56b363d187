"""Writes that are refused for now only: asked for again with the same grant, for a bounded time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Action
from sre_agent.domain.tools import ToolResult, ToolStatus
from sre_agent.graph import braking, steering
from sre_agent.graph.context import Limits, RunContext

FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 90.0
"""A pause is twice the one before, up to this: grants expire meanwhile, and are renewed so often only."""


def lasts_s(limits: Limits) -> Mapping[str, float]:
    """Return for how long each refusal that may end by itself is waited for, by its code.

    Nothing was written that such a refusal does not tell of.
    """
    return {
        "checks_pending": limits.checks_patience_s,
        "rate_limited": limits.brake_patience_s,
    }


@dataclass
class Patience:
    """How long one write has waited; `has_waited` says whether it had to at all.

    A grant that expired meanwhile is no attempt that failed: that is forgiven once for each pause.
    """

    context: RunContext
    incident_id: IncidentId
    action: Action
    has_waited: bool = False
    _forgives: bool = False
    _pause_s: float = FIRST_PAUSE_S
    _ends_at: dict[str, datetime] = field(default_factory=dict)

    def is_for(self, result: ToolResult) -> bool:
        """Return whether a refusal is still to be waited for."""
        lasts = lasts_s(self.context.limits).get(result.code)
        if result.status is not ToolStatus.REFUSED or lasts is None:
            return False
        now = self.context.clock.now()
        return now < self._ends_at.setdefault(result.code, now + timedelta(seconds=lasts))

    async def wait(self, result: ToolResult) -> None:
        """Pause, and tell people once what is waited for and until when.

        Raises:
            RunOverError: The incident has ended or is to end.
        """
        until = self._ends_at[result.code]
        key = f"{self.action.id}:{result.code}"
        await braking.note(self.context, self.incident_id, result.reason, until, key=key)
        left_s = (until - self.context.clock.now()).total_seconds()
        await self.context.clock.sleep(min(self._pause_s, max(left_s, 0.0)))
        await steering.hold(self.context, self.incident_id)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self.has_waited = self._forgives = True

    def forgives(self) -> bool:
        """Return whether a grant may have expired because of a pause, which this is the answer to."""
        forgiven, self._forgives = self._forgives, False
        return forgiven
