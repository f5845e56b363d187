"""`resource_use`: what the pods of a namespace, its volumes and the nodes use, hold back and lose."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mcp_servers.common.clock import utc_now
from mcp_servers.common.envelope import Answer, NoDataError, RefusedError
from mcp_servers.prometheus import samples
from mcp_servers.prometheus.answers import Point, ResourceUse, Use
from mcp_servers.prometheus.api import Api
from mcp_servers.prometheus.footprint import CPU_SECONDS
from mcp_servers.prometheus.golden import INCOMPLETE_LIFETIME_S, INTERVAL_LIFETIME_S, NAME_CHARS
from mcp_servers.prometheus.grid import Grid, millisecond, until
from mcp_servers.prometheus.grouping import short
from mcp_servers.prometheus.interval import DEFAULT_S, sample_interval_s
from mcp_servers.prometheus.memory import Memory
from mcp_servers.prometheus.parallel import together
from mcp_servers.prometheus.promql import Matcher, Selector
from mcp_servers.prometheus.samples import Row
from mcp_servers.prometheus.signals import LEAST_NODE_RATE_S, rate_window_s
from mcp_servers.prometheus.use import MEASURES, Measure

MAX_ROWS = 40
"""Series of one measure: the highest of them are given."""
MAX_POINTS = 10_000
"""Points over all series of one answer."""
USUAL_POINTS = 60
"""Points of a series when the caller names no step: what nodes tell changes slowly."""


def _intervals() -> Memory[float | None]:
    return Memory(lambda found: INTERVAL_LIFETIME_S if found else INCOMPLETE_LIFETIME_S)


@dataclass(frozen=True, slots=True)
class Resources:
    """The tool, and what it remembers between calls."""

    api: Api
    intervals: Memory[float | None] = field(default_factory=_intervals)

    async def resource_use(
        self,
        namespace: str,
        window_s: float = 600.0,
        step_s: float | None = None,
        end: datetime | None = None,
    ) -> Answer:
        """Return what the pods of a namespace, its volumes and all nodes use, hold back and lose.

        It covers the `window_s` seconds before `end` (now unless given): of each pod the CPU it uses
        and is denied, the time it waits for disks, the packets it loses; how full each volume is;
        how full and busy the disks of each node are, and the TCP segments it sends again. It is
        told under the names of cAdvisor, kubelet and node-exporter; what is not scraped is missing.
        """
        if not 0 < len(namespace) <= NAME_CHARS:
            raise RefusedError(
                "invalid_arguments", f"namespace must have 1 to {NAME_CHARS} characters"
            )
        moment = millisecond(end or utc_now())
        until(moment, window_s, step_s)  # refuses what is out of bounds before anything is asked
        interval_s = await self._interval_s(namespace, moment)
        finest_s = max(interval_s, window_s / USUAL_POINTS)
        points = until(moment, window_s, step_s, finest_s=finest_s)
        rate_s = max(rate_window_s(interval_s), LEAST_NODE_RATE_S)
        queries = [measure.write(namespace, rate_s) for measure in MEASURES]
        answers = await together(self._ask(query, points) for query in queries)
        limit = max(1, min(MAX_ROWS, MAX_POINTS // (points.size * len(MEASURES))))
        rows: list[Use] = []
        left_out: list[str] = []
        for measure, query, found in zip(MEASURES, queries, answers, strict=True):
            rows += _highest(measure, query, found, limit)
            if len(found) > limit:
                left_out.append(f"{len(found) - limit} of {len(found)} series of {measure.name}")
        if not rows:
            raise NoDataError(
                f"neither cAdvisor, kubelet nor node-exporter told anything of namespace {namespace!r}"
            )
        data = ResourceUse(
            namespace=namespace,
            start=points.start,
            end=points.end,
            step_s=points.step_s,
            rows=tuple(rows),
        )
        return Answer(data, tuple(f"{what} left out; the highest are here" for what in left_out))

    async def _interval_s(self, namespace: str, moment: datetime) -> float:
        selector = Selector(CPU_SECONDS, (Matcher("namespace", "=", namespace),))

        async def find() -> float | None:
            return await sample_interval_s(self.api, selector, moment)

        return await self.intervals.recall(namespace, find) or DEFAULT_S

    async def _ask(self, query: str, points: Grid) -> tuple[Row, ...]:
        return samples.read((await self.api.range(query, points)).data).rows


def _highest(measure: Measure, query: str, rows: Sequence[Row], limit: int) -> list[Use]:
    """Return the series of a measure that end the highest, in the order of their labels."""
    kept = sorted(rows, key=lambda row: (-row.samples[-1][1], sorted(row.labels.items())))[:limit]
    return [
        Use(
            measure=measure.name,
            unit=measure.unit,
            labels={name: row.labels[name] for name in measure.by if row.labels.get(name)},
            query=query,
            points=tuple(Point(at=at, value=short(value)) for at, value in row.samples),
        )
        for row in sorted(kept, key=lambda row: sorted(row.labels.items()))
    ]
