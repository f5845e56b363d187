"""PromQL as the caller wrote it."""

from dataclasses import dataclass
from datetime import datetime

from mcp_servers.common import limits
from mcp_servers.common.clock import utc_now
from mcp_servers.common.envelope import Answer, NoDataError, RefusedError
from mcp_servers.prometheus import samples
from mcp_servers.prometheus.answers import Point, Series, SeriesList
from mcp_servers.prometheus.api import Api, Reply
from mcp_servers.prometheus.grid import Grid, millisecond, until

MAX_SERIES = 500
MAX_POINTS = 20_000
"""Points over all series of one answer."""


@dataclass(frozen=True, slots=True)
class Queries:
    """The tools."""

    api: Api

    async def instant_query(
        self, query: str, at: datetime | None = None, limit: int = 100
    ) -> Answer:
        """Evaluate a PromQL expression at one moment, now unless `at` is given.

        Gives at most `limit` series (up to 500), in the order Prometheus gives them.
        """
        limits.require_range("limit", limit, low=1, high=MAX_SERIES)
        moment = millisecond(at or utc_now())
        reply = await self.api.instant(query, moment)
        return _answer(query, Grid(moment, moment, 0.0), reply, limit)

    async def range_query(
        self,
        query: str,
        start: datetime,
        end: datetime,
        step_s: float | None = None,
        limit: int = 20,
    ) -> Answer:
        """Evaluate a PromQL expression from `start` to `end`, where the last point is.

        `step_s` is in seconds; without one, series have at most 120 points. Gives at most `limit`
        series (up to 500).
        """
        limits.require_range("limit", limit, low=1, high=MAX_SERIES)
        first, last = millisecond(start), millisecond(end)
        if first >= last:
            raise RefusedError("invalid_arguments", "start must be before end")
        grid = until(last, (last - first).total_seconds(), step_s)
        reply = await self.api.range(query, grid)
        return _answer(query, grid, reply, min(limit, max(1, MAX_POINTS // grid.size)))


def _answer(query: str, grid: Grid, reply: Reply, limit: int) -> Answer:
    found = samples.read(reply.data)
    if not found.rows:
        told = "; ".join(("the expression is valid and gives nothing then", *found.left_out))
        raise NoDataError(told)
    rows, cut = limits.first(found.rows, limit, "series")
    series = tuple(
        Series(
            labels=dict(row.labels),
            points=tuple(Point(at=at, value=value) for at, value in row.samples),
        )
        for row in rows
    )
    data = SeriesList(
        query=query, start=grid.start, end=grid.end, step_s=grid.step_s, series=series
    )
    return Answer(data, (*cut, *found.left_out, *reply.warnings))
