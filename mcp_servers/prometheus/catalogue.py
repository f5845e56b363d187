"""What Prometheus has: targets, names of metrics, series."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from mcp_servers.common import limits
from mcp_servers.common.clock import utc_now
from mcp_servers.common.envelope import Answer, NoDataError
from mcp_servers.prometheus.answers import LabelSetList, NameList, Target, TargetList
from mcp_servers.prometheus.api import Api, stamp
from mcp_servers.prometheus.fields import moment, seconds, texts
from mcp_servers.prometheus.ownership import is_in
from mcp_servers.prometheus.promql import Matcher, Selector, literal

MAX_ROWS = 1000
MAX_WINDOW_S = 32 * 86_400.0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The tools."""

    api: Api

    async def targets(
        self,
        job: str = "",
        namespace: str = "",
        health: Literal["", "up", "down", "unknown"] = "",
        limit: int = 100,
    ) -> Answer:
        """List what Prometheus scrapes and whether that works, targets that are down first."""
        limits.require_range("limit", limit, low=1, high=MAX_ROWS)
        reply = await self.api.get("targets", {"state": "active"})
        found = [
            target
            for target in map(_target, reply.data["activeTargets"])
            if job in {"", target.job}
            and health in {"", target.health}
            and (not namespace or is_in(target.labels, namespace))
        ]
        if not found:
            raise NoDataError("Prometheus has no such target")
        found.sort(key=lambda each: (each.health == "up", each.job, each.scrape_url))
        shown, left_out = limits.first(found, limit, "targets")
        return Answer(TargetList(targets=shown), (*left_out, *reply.warnings))

    async def metric_names(
        self, prefix: str = "", regex: str = "", window_s: float = 3600.0, limit: int = 500
    ) -> Answer:
        """List the names of metrics that had samples in the last `window_s` seconds, sorted.

        `prefix` and `regex` narrow them; the regular expression must match the whole name.
        """
        limits.require_range("limit", limit, low=1, high=MAX_ROWS)
        patterns = (f"{literal(prefix)}.+", regex) if prefix else (regex or ".+",)
        names = (Matcher("__name__", "=~", pattern) for pattern in patterns if pattern)
        asked = {"match[]": str(Selector("", tuple(names))), **_last(window_s)}
        reply = await self.api.get("label/__name__/values", asked)
        if not reply.data:
            raise NoDataError("no metric of such a name had samples in that time")
        shown, left_out = limits.first(sorted(reply.data), limit, "names")
        return Answer(NameList(names=shown), (*left_out, *reply.warnings))

    async def series(self, match: str, window_s: float = 3600.0, limit: int = 100) -> Answer:
        """List the label sets of the series that a selector matches, without their samples.

        `match` is a PromQL selector such as `up{job="api"}`; series are those of the last
        `window_s` seconds.
        """
        limits.require_range("limit", limit, low=1, high=MAX_ROWS)
        reply = await self.api.get("series", {"match[]": match, **_last(window_s)})
        if not reply.data:
            raise NoDataError(f"no series matched {match} in that time")
        found = sorted(map(texts, reply.data), key=lambda labels: sorted(labels.items()))
        shown, left_out = limits.first(found, limit, "series")
        return Answer(LabelSetList(series=shown), (*left_out, *reply.warnings))


def _last(window_s: float) -> dict[str, str]:
    limits.require_range("window_s", window_s, low=1.0, high=MAX_WINDOW_S)
    now = utc_now()
    return {"start": stamp(now - timedelta(seconds=window_s)), "end": stamp(now)}


def _target(target: Mapping[str, Any]) -> Target:
    labels = texts(target.get("labels"))
    return Target(
        job=labels.get("job", ""),
        health=target["health"],
        labels=labels,
        scrape_url=target.get("scrapeUrl", ""),
        last_scrape_at=moment(target.get("lastScrape")),
        last_error=limits.cut(target.get("lastError", "")),
        interval_s=seconds(target.get("scrapeInterval")),
    )
