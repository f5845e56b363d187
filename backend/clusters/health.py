"""How a cluster's servers are just now, and since when they have been so."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.clusters import probing
from backend.db.tenancy import Tenant
from sre_agent import ports
from sre_agent.domain.tools import ToolStatus
from sre_agent.tools.endpoint import Endpoint

DEADLINE_S = 5.0


class State(StrEnum):
    """Whether a server answers; no and silence are different things."""

    OK = "ok"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


_STATES = {
    ToolStatus.OK: State.OK,
    ToolStatus.NO_DATA: State.OK,
    ToolStatus.REFUSED: State.REFUSED,
    ToolStatus.UNREACHABLE: State.UNREACHABLE,
}


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """One server; `since` is when this process first saw it in this state."""

    system: str
    url: str
    state: State
    latency_ms: float
    since: datetime
    reason: str


class Nurse:
    """Takes the pulse of clusters, and remembers since when it was so."""

    def __init__(self, clock: ports.Clock) -> None:
        self._clock = clock
        self._since: dict[tuple[Tenant, str, str], tuple[State, datetime]] = {}

    async def examine(self, tenant: Tenant, endpoints: Mapping[str, Endpoint]) -> tuple[Pulse, ...]:
        """Return how each server of a cluster is; all are asked at the same time."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._pulse(tenant, system, endpoint))
                for system, endpoint in sorted(endpoints.items())
            ]
        self._forget_others(tenant, endpoints)
        return tuple(task.result() for task in tasks)

    async def _pulse(self, tenant: Tenant, system: str, endpoint: Endpoint) -> Pulse:
        started = time.perf_counter()
        result = await probing.probe(system, endpoint, self._clock, deadline_s=DEADLINE_S)
        latency_ms = round((time.perf_counter() - started) * 1000, 1)
        state = _STATES[result.status]
        return Pulse(
            system=system,
            url=endpoint.url,
            state=state,
            latency_ms=latency_ms,
            since=self._remember((tenant, system, endpoint.url), state),
            reason="" if state is State.OK else result.reason,
        )

    def _remember(self, key: tuple[Tenant, str, str], state: State) -> datetime:
        known = self._since.get(key)
        if known is None or known[0] is not state:
            known = self._since[key] = (state, self._clock.now())
        return known[1]

    def _forget_others(self, tenant: Tenant, endpoints: Mapping[str, Endpoint]) -> None:
        """Forget servers that the cluster has no more."""
        known = {(tenant, system, endpoint.url) for system, endpoint in endpoints.items()}
        for key in [key for key in self._since if key[0] == tenant and key not in known]:
            del self._since[key]
