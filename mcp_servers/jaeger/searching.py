"""Searches for traces: under which name a service is traced, and a sample spread over a window."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from mcp_servers.common.envelope import NoDataError
from mcp_servers.common.limits import cut
from mcp_servers.jaeger import reading
from mcp_servers.jaeger.answers import Trace
from mcp_servers.jaeger.api import Api

SLICES = 6
"""Into so many parts a window is cut, for of each a store gives the newest traces first."""
SETTLING = timedelta(seconds=5)
"""Spans arrive in batches: what is younger is not yet told as a whole."""
MAX_TRACE_SPANS = 100
MAX_SPANS = 2500
"""How many spans one answer holds, so that it fits where it is kept."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NAMED = 10
"""So many names are told to somebody who asked for one that is not known."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time."""

    start: datetime
    end: datetime

    def ever_finer(self) -> tuple["Window", ...]:
        """Return parts each half as long as the one before it, none where the window is empty.

        So there are requests of the very end, and of well before it.
        """
        length = self.end - self.start
        if length <= timedelta(0):
            return ()
        moments = [*(self.end - length / 2**number for number in range(SLICES)), self.end]
        return tuple(Window(start, end) for start, end in pairwise(moments))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is searched for; `shortest_ms` passes over requests that took less."""

    service: str
    limit: int
    errors_only: bool = False
    shortest_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Searches:
    """Asks one trace store."""

    api: Api

    async def traced_as(self, namespace: str, service: str) -> str:
        """Return the name under which a workload's spans are recorded.

        Raises:
            NoDataError: Nothing is recorded under any name it may go by.
        """
        known = await self.api.services()
        for name in _spellings(namespace, service):
            if name in known:
                return name
        some = ", ".join(known[:_NAMED]) + (", ..." if len(known) > _NAMED else "")
        told = f"it knows {cut(some)}" if known else "it knows no service at all"
        raise NoDataError(f"no spans are recorded of {service} in {namespace}: {told}")

    async def found(self, wish: Wish, window: Window) -> list[Any]:
        """Return the traces of a window as the store tells them."""
        parameters = {
            "service": wish.service,
            "start": str(to_us(window.start)),
            "end": str(to_us(window.end)),
            "limit": str(wish.limit),
        }
        if wish.errors_only:
            parameters["tags"] = json.dumps({"error": "true"})
        if wish.shortest_ms:
            parameters["minDuration"] = f"{wish.shortest_ms:g}ms"
        return await self.api.traces(parameters)

    async def sample(self, wish: Wish, parts: Sequence[Window], namespace: str) -> list[Trace]:
        """Return traces of each part of a window, the oldest first, each once.

        `wish.limit` is how many a window of all its parts may have. Traces that say of themselves
        that they are of other namespaces only are left out.
        """
        each = Wish(wish.service, max(1, wish.limit // SLICES))
        answers = await asyncio.gather(*(self.found(each, part) for part in parts))
        told = [trace for answer in answers for trace in answer[: each.limit]]
        return ordered(trace for trace in told if _is_of(trace, namespace))


def ordered(told: Iterable[Any]) -> list[Trace]:
    """Return traces as we tell them, each once, the oldest first."""
    known = {trace.trace_id: trace for trace in map(reading.trace, told) if trace}
    return sorted(known.values(), key=lambda trace: (trace.at, trace.trace_id))


def bounded(traces: Sequence[Trace]) -> tuple[tuple[Trace, ...], tuple[str, ...]]:
    """Return traces with no more spans than an answer may hold, and what was left out.

    Long traces lose their last spans, and of too many traces every other one goes.
    """
    long = sum(len(trace.spans) > MAX_TRACE_SPANS for trace in traces)
    kept = [_shortened(trace) for trace in traces]
    left_out = [f"of {long} traces all but {MAX_TRACE_SPANS} spans left out"] if long else []
    while sum(len(trace.spans) for trace in kept) > MAX_SPANS:
        kept = kept[::2]
    if len(kept) < len(traces):
        gone = len(traces) - len(kept)
        left_out.append(f"{gone} of {len(traces)} traces left out (limit {MAX_SPANS} spans)")
    return tuple(kept), tuple(left_out)


def to_us(moment: datetime) -> int:
    """Return an aware moment in microseconds since the epoch."""
    return (moment - _EPOCH) // _MICROSECOND


def _shortened(trace: Trace) -> Trace:
    if len(trace.spans) <= MAX_TRACE_SPANS:
        return trace
    return trace.model_copy(update={"spans": trace.spans[:MAX_TRACE_SPANS]})


def _is_of(told: Any, namespace: str) -> bool:
    named = reading.namespaces(told)
    return not named or namespace in named


def _spellings(namespace: str, service: str) -> Iterator[str]:
    """Yield the names under which meshes and libraries record a workload."""
    yield from (f"{service}.{namespace}", f"{namespace}/{service}", f"{service}-{namespace}")
    yield from (f"{namespace}.{service}", f"{namespace}-{service}", service)
    yield f"{service}.{namespace}.svc.cluster.local"
