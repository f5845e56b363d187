"""The walk over a stream's entries, and the count of what was looked at."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from infrastructure.lab.logs.engine.pipeline import Pipeline
from infrastructure.lab.logs.engine.rows import Row
from infrastructure.lab.logs.store import Pairs, Stream

T = TypeVar("T")

# Loki counts a pair of structured metadata as two references into a table of symbols.
_METADATA_PAIR_BYTES = 8


@dataclass(slots=True)
class Tally:
    """What one query cost; goes into the `stats` of its answer."""

    lines: int = 0
    size_bytes: int = 0
    metadata_bytes: int = 0
    matched: int = 0
    streams: int = 0
    returned: int = 0


def scan(
    stream: Stream,
    indices: Iterable[int],
    pipeline: Pipeline,
    finish: Callable[[Row], T],
    tally: Tally,
) -> Iterator[tuple[int, T]]:
    """Yield the index of each entry that passes, with what `finish` makes of its row.

    Without steps the labels depend on the entry's metadata alone, so `finish` runs once for each.
    """
    lines, metadata, accepts = stream.lines, stream.metadata, pipeline.accepts
    known: dict[Pairs, T] = {}
    bases: dict[Pairs, dict[str, str]] = {}
    seen = size = pairs_seen = matched = 0
    try:
        for index in indices:
            line, pairs = lines[index], metadata[index]
            seen += 1
            size += len(line)
            pairs_seen += len(pairs)
            if accepts is not None and not accepts(line):
                continue
            if pairs not in bases:
                bases[pairs] = {**stream.labels, **dict(pairs)}
            if pipeline.steps:
                row = Row(line, stream.labels, bases[pairs].copy())
                if pipeline.run(row):
                    matched += 1
                    yield index, finish(row)
                continue
            if pairs not in known:
                known[pairs] = finish(Row(line, stream.labels, bases[pairs]))
            matched += 1
            yield index, known[pairs]
    finally:
        tally.lines += seen
        tally.metadata_bytes += pairs_seen * _METADATA_PAIR_BYTES
        tally.size_bytes += size + pairs_seen * _METADATA_PAIR_BYTES
        tally.matched += matched
