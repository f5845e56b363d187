"""The tools. Each asks Loki and answers in bounds; none changes anything."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from mcp_servers.common import limits
from mcp_servers.common.envelope import Answer, NoDataError, RefusedError
from mcp_servers.common.text import shown, shown_labels
from mcp_servers.common.toolset import Tool
from mcp_servers.loki.answers import LabelNames, LabelValues, LogLine, LogLines, Series, SeriesList
from mcp_servers.loki.answers import Point as Sample
from mcp_servers.loki.errors import ErrorSearch
from mcp_servers.loki.queries import Direction, Queries, at
from mcp_servers.loki.results import Entry
from mcp_servers.loki.window import Window, between, ending

DEFAULT_WINDOW_S = 600.0
MAX_WINDOW_S = 86_400.0
LABELS_WINDOW_S = 6 * 3600.0
MAX_LINES_SHOWN = 1000
MAX_SERIES = 100
MAX_POINTS = 10_000
MAX_NAMES = 1000
_MAX_CHARS = 1_000_000
"""How much log text one answer holds, so that it fits into an answer."""

_MAX_QUERY_CHARS = 5000
_DEFAULT_STEPS = 60
_MIN_STEP_S = 1.0
_LABEL = re.compile(r"[A-Za-z_]\w{0,199}", re.ASCII)

Moment = Annotated[AwareDatetime, Field(description="RFC 3339 with zone")]


@dataclass(frozen=True, slots=True)
class LogTools:
    """What this server can be asked."""

    queries: Queries
    errors: ErrorSearch
    now: Callable[[], datetime]

    def all(self) -> tuple[Tool, ...]:
        """Return every tool."""
        asked = (
            self.error_patterns,
            self.query_logs,
            self.query_metric,
            self.label_names,
            self.label_values,
        )
        return tuple(Tool(run) for run in asked)

    async def error_patterns(
        self,
        namespace: str,
        service: str,
        window_s: float = DEFAULT_WINDOW_S,
        end: Moment | None = None,
    ) -> Answer:
        """Fold a service's error lines into patterns, each counted against the window before.

        The window has `window_s` seconds and ends at `end` (default: now). New patterns come first.
        """
        limits.require_range("window_s", window_s, low=10, high=MAX_WINDOW_S)
        window = ending(end or self.now(), window_s)
        return await self.errors.patterns(namespace, service, window, f"{window_s:g} {end or ''}")

    async def query_logs(
        self,
        query: str,
        start: Moment | None = None,
        end: Moment | None = None,
        limit: int = 100,
        direction: Direction = "backward",
    ) -> Answer:
        """Run a LogQL log query and return lines, newest first unless direction is forward.

        Without `end` the window ends now, without `start` it has ten minutes. At most 1000 lines.
        """
        _require_query(query)
        limits.require_range("limit", limit, low=1, high=MAX_LINES_SHOWN)
        window = self._window(start, end)
        # One line more is asked for than is shown: so it is known whether there are more.
        reading = await self.queries.lines(query, window, limit + 1, direction)
        if not reading.entries:
            raise NoDataError(f"no line matches{_during(window)}")
        lines = _bounded(reading.entries[:limit])
        left_out = reading.warnings
        if reading.full or len(lines) < len(reading.entries):
            kept_back = "newer" if direction == "forward" else "older"
            left_out += (
                f"{kept_back} lines than {at(lines[-1].at)} left out: {len(lines)} lines shown",
            )
        data = LogLines(query=query, start=window.start, end=window.end, lines=lines)
        return Answer(data, left_out)

    async def query_metric(
        self,
        query: str,
        start: Moment | None = None,
        end: Moment | None = None,
        step_s: float | None = None,
    ) -> Answer:
        """Run a LogQL metric query, such as `sum by (pod) (rate({...} |= "x" [1m]))`, over a range.

        Without `end` it ends now, without `start` it has ten minutes; `step_s` defaults to a 60th.
        """
        _require_query(query)
        window = self._window(start, end)
        step_s = max(_MIN_STEP_S, window.seconds / _DEFAULT_STEPS) if step_s is None else step_s
        limits.require_range("step_s", step_s, low=0.001, high=MAX_WINDOW_S * 30)
        found, warnings = await self.queries.series(query, window, step_s)
        series = tuple(
            Series(
                labels=shown_labels(one.labels),
                points=tuple(Sample(at=when, value=value) for when, value in one.points),
            )
            for one in found
            if one.points
        )
        if not series:
            raise NoDataError(f"the query has no series{_during(window)}")
        points_each = max(len(one.points) for one in series)
        kept, left_out = limits.first(series, min(MAX_SERIES, MAX_POINTS // points_each), "series")
        if not kept:
            raise RefusedError("answer_too_large", f"{points_each} points a series: widen step_s")
        data = SeriesList(
            query=query, start=window.start, end=window.end, step_s=step_s, series=kept
        )
        return Answer(data, warnings + left_out)

    async def label_names(self, window_s: float = LABELS_WINDOW_S) -> Answer:
        """List the labels by which streams can be selected, of the last `window_s` seconds."""
        names = sorted(await self.queries.label_names(self._last(window_s)))
        if not names:
            raise NoDataError("Loki has no streams in this window")
        kept, left_out = limits.first(names, MAX_NAMES, "labels")
        return Answer(LabelNames(labels=tuple(shown(name, 200) for name in kept)), left_out)

    async def label_values(self, label: str, window_s: float = LABELS_WINDOW_S) -> Answer:
        """List the values of one stream label, of the last `window_s` seconds."""
        if not _LABEL.fullmatch(label):
            raise RefusedError("invalid_arguments", f"{label[:100]!r} is not a label's name")
        values = sorted(await self.queries.label_values(label, self._last(window_s)))
        if not values:
            raise NoDataError(f"no stream has the label {label} in this window")
        kept, left_out = limits.first(values, MAX_NAMES, "values")
        shown_values = tuple(shown_labels({label: value})[label] for value in kept)
        return Answer(LabelValues(label=label, values=shown_values), left_out)

    def _last(self, window_s: float) -> Window:
        limits.require_range("window_s", window_s, low=10, high=MAX_WINDOW_S * 30)
        return ending(self.now(), window_s)

    def _window(self, start: datetime | None, end: datetime | None) -> Window:
        end = end or self.now()
        return ending(end, DEFAULT_WINDOW_S) if start is None else between(start, end)


def _require_query(query: str) -> None:
    if len(query) > _MAX_QUERY_CHARS:
        raise RefusedError(
            "invalid_arguments", f"a query may have {_MAX_QUERY_CHARS} characters at most"
        )
    if not _encodable(query):
        raise RefusedError("invalid_arguments", "the query holds half a character")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _during(window: Window) -> str:
    return f" from {at(window.start)} to {at(window.end)}"


def _bounded(entries: list[Entry]) -> tuple[LogLine, ...]:
    """Return lines fit to be shown, as many as fit into an answer; at least one."""
    lines: list[LogLine] = []
    room = _MAX_CHARS
    for entry in entries:
        line = LogLine(at=entry.at, labels=shown_labels(entry.labels), line=shown(entry.line))
        room -= len(line.line) + sum(len(key) + len(value) for key, value in line.labels.items())
        if room < 0 and lines:
            break
        lines.append(line)
    return tuple(lines)
