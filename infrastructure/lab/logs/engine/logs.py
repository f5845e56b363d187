"""Log queries: the lines that pass, as streams of equal labels."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from infrastructure.lab.logs.engine.pipeline import build, selector_test
from infrastructure.lab.logs.engine.rows import Row
from infrastructure.lab.logs.engine.scan import Tally, scan
from infrastructure.lab.logs.logql.syntax import LogQuery
from infrastructure.lab.logs.store import Pairs, Store

Entry = tuple[int, Pairs, str]


@dataclass(frozen=True, slots=True)
class Window:
    """Which entries are wanted: `start <= time < end`, all in nanoseconds."""

    start_ns: int
    end_ns: int
    limit: int
    backward: bool = True
    interval_ns: int = 0


def _labels(row: Row) -> Pairs:
    return tuple(sorted(row.labels.items()))


def read_logs(
    store: Store, query: LogQuery, window: Window, tally: Tally
) -> dict[Pairs, list[tuple[int, str]]]:
    """Return entries by labels, ordered by labels and, inside, by the wanted direction."""
    pipeline = build(query.stages)
    found: list[Entry] = []
    # No stream can give more than the whole answer holds, unless some of it is left out later.
    most = None if window.interval_ns else window.limit
    for stream in store.select(selector_test(query.selector)):
        span = stream.span(window.start_ns, window.end_ns)
        tally.streams += 1 if span else 0
        indices: Iterable[int] = reversed(span) if window.backward else span
        for index, labels in islice(scan(stream, indices, pipeline, _labels, tally), most):
            found.append((stream.times[index], labels, stream.lines[index]))
    found.sort(key=itemgetter(0), reverse=window.backward)
    chosen = _spaced(found, window.interval_ns)[: window.limit]
    tally.returned = len(chosen)
    return _grouped(chosen)


def _spaced(entries: list[Entry], interval_ns: int) -> list[Entry]:
    if not interval_ns:
        return entries
    kept: list[Entry] = []
    for entry in entries:
        if not kept or abs(entry[0] - kept[-1][0]) >= interval_ns:
            kept.append(entry)
    return kept


def _grouped(entries: list[Entry]) -> dict[Pairs, list[tuple[int, str]]]:
    streams: dict[Pairs, list[tuple[int, str]]] = {}
    for time_ns, labels, line in entries:
        streams.setdefault(labels, []).append((time_ns, line))
    return dict(sorted(streams.items()))
