"""The tools. Each asks the trace store and answers in bounds; none changes anything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from mcp_servers.common import limits
from mcp_servers.common.clock import rfc3339
from mcp_servers.common.envelope import Answer, NoDataError, RefusedError
from mcp_servers.common.text import shown
from mcp_servers.common.toolset import Tool
from mcp_servers.jaeger import searching
from mcp_servers.jaeger.answers import TracedServices, TraceList, TraceSample
from mcp_servers.jaeger.searching import Searches, Window, Wish

DEFAULT_WINDOW_S = 900.0
MAX_WINDOW_S = 86_400.0
DEFAULT_TRACES = 60
MAX_TRACES = 100
MAX_SERVICES = 1000
_MAX_NAME_CHARS = 253
_FIRST_YEAR, _LAST_YEAR = 1971, 2261

Moment = Annotated[AwareDatetime, Field(description="RFC 3339 with zone")]


@dataclass(frozen=True, slots=True)
class TraceTools:
    """What this server can be asked."""

    searches: Searches
    now: Callable[[], datetime]

    def all(self) -> tuple[Tool, ...]:
        """Return every tool."""
        asked = (self.sample_traces, self.search_traces, self.list_traced_services)
        return tuple(Tool(run) for run in asked)

    async def sample_traces(
        self,
        namespace: str,
        service: str,
        around: Moment | None = None,
        window_s: float = DEFAULT_WINDOW_S,
        limit: int = DEFAULT_TRACES,
    ) -> Answer:
        """Sample a service's requests from before a moment and from then until now, good and bad alike.

        Before it are `window_s` seconds, and as many after it where no moment is named; of what is
        older than a day nothing is sampled. Both halves have at most `limit` traces.
        """
        _require_names(namespace, service)
        _require_limits(window_s, limit)
        half, end = timedelta(seconds=window_s), self.now() - searching.SETTLING
        around = _known(around) if around else end - half
        around = max(around, end - timedelta(seconds=MAX_WINDOW_S))
        start = around - half
        name = await self.searches.traced_as(namespace, service)
        usual, lately = Window(start, min(around, end)), Window(around, end)
        parts = (*usual.ever_finer(), *lately.ever_finer())
        found = await self.searches.sample(Wish(name, limit), parts, namespace)
        if not found:
            raise NoDataError(f"no request of {name} was traced{_during(start, end)}")
        traces, left_out = searching.bounded(found)
        data = TraceSample(
            namespace=namespace,
            service=service,
            traced_as=shown(name),
            start=start,
            around=around,
            end=end,
            traces=traces,
        )
        return Answer(data, left_out)

    async def search_traces(
        self,
        service: str,
        end: Moment | None = None,
        window_s: float = DEFAULT_WINDOW_S,
        limit: int = 20,
        errors_only: bool = False,  # noqa: FBT001, FBT002 - named on the wire
        shortest_ms: float = 0.0,
    ) -> Answer:
        """Return the newest requests of a service by its traced name, or only what failed or took long.

        The window has `window_s` seconds and ends at `end` (default: now).
        """
        _require_names("any", service)
        _require_limits(window_s, limit)
        limits.require_range("shortest_ms", shortest_ms, low=0, high=MAX_WINDOW_S * 1000)
        end = _known(end) if end else self.now()
        start = end - timedelta(seconds=window_s)
        wish = Wish(service, limit, errors_only, shortest_ms)
        told = await self.searches.found(wish, Window(start, end))
        found = searching.ordered(told)[::-1][:limit]
        if not found:
            raise NoDataError(f"no such request of {service} was traced{_during(start, end)}")
        traces, left_out = searching.bounded(found)
        return Answer(TraceList(service=service, start=start, end=end, traces=traces), left_out)

    async def list_traced_services(self) -> Answer:
        """List the services that spans are recorded of, under the names they are recorded by."""
        names = await self.searches.api.services()
        if not names:
            raise NoDataError("no spans of any service are recorded")
        kept, left_out = limits.first(names, MAX_SERVICES, "services")
        return Answer(TracedServices(services=tuple(shown(name, 200) for name in kept)), left_out)


def _require_names(*names: str) -> None:
    for name in names:
        if not name.strip() or len(name) > _MAX_NAME_CHARS or not name.isprintable():
            raise RefusedError("invalid_arguments", f"{shown(name, 100)!r} is not a name")


def _require_limits(window_s: float, limit: int) -> None:
    limits.require_range("window_s", window_s, low=10, high=MAX_WINDOW_S)
    limits.require_range("limit", limit, low=1, high=MAX_TRACES)


def _known(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise RefusedError("invalid_arguments", f"there are no traces of the year {moment.year}")
    return moment


def _during(start: datetime, end: datetime) -> str:
    return f" from {rfc3339(start)} to {rfc3339(end)}"
