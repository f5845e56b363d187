"""How many requests a service served over several windows, and how many of them were bad."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mcp_servers.common import limits
from mcp_servers.common.clock import utc_now
from mcp_servers.common.envelope import Answer, NoDataError, RefusedError
from mcp_servers.prometheus import footprint, samples
from mcp_servers.prometheus.answers import RequestCounts, WindowCount
from mcp_servers.prometheus.api import Api
from mcp_servers.prometheus.footprint import Footprint, Source
from mcp_servers.prometheus.golden import FOOTPRINT_LIFETIME_S, INCOMPLETE_LIFETIME_S, NAME_CHARS
from mcp_servers.prometheus.grid import MAX_SPAN_S, millisecond
from mcp_servers.prometheus.memory import Memory
from mcp_servers.prometheus.promql import Selector, duration, increase, summed

WINDOWS_MAX = 10
LEAST_WINDOW_S = 10.0

LOOK_S = 86_400.0
"""How far back metrics are looked for: what was silent for longer cannot be counted."""

PARTS = 60
"""In so many parts a window is looked through for whether anything was counted at all."""

_WINDOW = "counted_over"

Values = Mapping[tuple[int, str], float]
"""What came, by the index of the window and the bucket's bound (empty when not asked for)."""


def _footprints() -> Memory[Footprint]:
    return Memory(lambda found: FOOTPRINT_LIFETIME_S if found.is_whole else INCOMPLETE_LIFETIME_S)


@dataclass(frozen=True, slots=True)
class Counting:
    """The tool, and what it remembers of services between calls."""

    api: Api
    footprints: Memory[Footprint] = field(default_factory=_footprints)

    async def request_counts(
        self,
        namespace: str,
        service: str,
        windows_s: list[float],
        threshold_s: float | None = None,
        end: datetime | None = None,
    ) -> Answer:
        """Count the requests a service served in each of up to 10 windows that end now, or at `end`.

        Bad are those that failed or, with `threshold_s`, those that took longer. Each window tells
        which share of it has any samples; one without requests is null. `threshold_s` in the answer
        is the bound of the histogram that was used: the next at or below the one asked for.
        """
        _check(namespace, service, windows_s)
        moment = millisecond(end or utc_now())
        found = await self._look(namespace, service, moment)
        windows = sorted(set(windows_s))
        if threshold_s is not None:
            return await self._timed(
                _timed_by(found, namespace, service), windows, threshold_s, moment
            )
        return await self._failed(_counted_by(found, namespace, service), windows, moment)

    async def _look(self, namespace: str, service: str, moment: datetime) -> Footprint:
        async def look() -> Footprint:
            reply = await self.api.instant(footprint.query(namespace, service, LOOK_S), moment)
            return footprint.read(reply.data["result"], namespace, service)

        age_s = abs((utc_now() - moment).total_seconds())
        when = "now" if age_s < FOOTPRINT_LIFETIME_S else moment.isoformat()
        return await self.footprints.recall((namespace, service, when), look)

    async def _failed(self, source: Source, windows: Sequence[float], moment: datetime) -> Answer:
        if source.failed is None:
            raise NoDataError(f"no label of {source.selector.metric} tells failed requests")
        failing = source.selector.where(source.failed)
        every = await self._each(windows, source.selector, "", moment)
        # Series of failures appear with the first one: without any there were none.
        bad = await self._each(windows, failing, "", moment)
        counts = {
            index: (every.get((index, "")), bad.get((index, ""), 0.0))
            for index in range(len(windows))
        }
        query = summed((), increase(failing, windows[0]))
        return await self._answer(source, windows, counts, (query, None), moment)

    async def _timed(
        self, source: Source, windows: Sequence[float], threshold_s: float, moment: datetime
    ) -> Answer:
        found = await self._each(windows, source.selector, "le", moment)
        bounds = {bound: _number(bound) * source.dialect.unit_s for _, bound in found}
        fitting = [
            (value, bound) for bound, value in bounds.items() if value <= threshold_s * 1.000001
        ]
        if found and not fitting:
            least = min(bounds.values())
            raise NoDataError(f"the histogram tells nothing below {least:g} s: raise threshold_s")
        used_s, bound = max(fitting, default=(threshold_s, ""))
        last = next((name for name, value in bounds.items() if value == float("inf")), "")
        counts = {}
        for index in range(len(windows)):
            every, within = found.get((index, last)), found.get((index, bound))
            bad = None if every is None or within is None else max(0.0, every - within)
            counts[index] = (every, bad)
        query = summed(("le",), increase(source.selector, windows[0]))
        return await self._answer(source, windows, counts, (query, used_s), moment)

    async def _each(
        self, windows: Sequence[float], selector: Selector, by: str, moment: datetime
    ) -> Values:
        """Return the increase over each window, all of them by one query."""
        labels = (by,) if by else ()
        query = _marked(summed(labels, increase(selector, window)) for window in windows)
        return await self._values(query, by, moment)

    async def _values(self, query: str, by: str, moment: datetime) -> Values:
        rows = samples.read((await self.api.instant(query, moment)).data).rows
        return {
            (int(row.labels[_WINDOW]), row.labels.get(by, "")): row.samples[-1][1] for row in rows
        }

    async def _answer(
        self,
        source: Source,
        windows: Sequence[float],
        counts: Mapping[int, tuple[float | None, float | None]],
        asked: tuple[str, float | None],
        moment: datetime,
    ) -> Answer:
        looks = _marked(
            f"count_over_time({summed((), str(source.selector))}"
            f"[{duration(window)}:{duration(window / PARTS)}])"
            for window in windows
        )
        seen = await self._values(looks, "", moment)
        rows = []
        for index, window in enumerate(windows):
            every, bad = counts[index]
            rows.append(
                WindowCount(
                    window_s=window,
                    requests=every,
                    bad=None if every is None or bad is None else min(bad, every),
                    covered=min(1.0, round(seen.get((index, ""), 0.0) / PARTS, 3)),
                )
            )
        query, threshold_s = asked
        return Answer(
            RequestCounts(end=moment, query=query, threshold_s=threshold_s, windows=tuple(rows))
        )


def _check(namespace: str, service: str, windows_s: Sequence[float]) -> None:
    for name, value in (("namespace", namespace), ("service", service)):
        if not 0 < len(value) <= NAME_CHARS:
            raise RefusedError(
                "invalid_arguments", f"{name} must have 1 to {NAME_CHARS} characters"
            )
    if not 0 < len(windows_s) <= WINDOWS_MAX:
        raise RefusedError("invalid_arguments", f"windows_s must name 1 to {WINDOWS_MAX} windows")
    for window in windows_s:
        limits.require_range("windows_s", window, low=LEAST_WINDOW_S, high=MAX_SPAN_S)


def _marked(expressions: Iterable[str]) -> str:
    """Return one expression that gives the rows of each, marked with its index."""
    marked = (
        f'label_replace({expression}, "{_WINDOW}", "{index}", "", "")'
        for index, expression in enumerate(expressions)
    )
    return " or ".join(marked)


def _counted_by(found: Footprint, namespace: str, service: str) -> Source:
    if found.served is None:
        raise NoDataError(
            f"no metric counted the requests that {namespace}/{service} served in the last day"
        )
    return found.served


def _timed_by(found: Footprint, namespace: str, service: str) -> Source:
    if found.served_times is None:
        raise NoDataError(
            f"no histogram timed the requests that {namespace}/{service} served in the last day"
        )
    return found.served_times


def _number(bound: str) -> float:
    try:
        return float(bound)
    except ValueError:
        return float("inf")
