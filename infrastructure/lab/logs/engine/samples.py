"""Lines into samples: one for each line, or the value of an unwrapped label."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from infrastructure.lab.logs.engine.conditions import condition_step, seconds, size
from infrastructure.lab.logs.engine.matrix import group_key
from infrastructure.lab.logs.engine.pipeline import build, selector_test
from infrastructure.lab.logs.engine.rows import ERROR, Row, Step
from infrastructure.lab.logs.engine.scan import Tally, scan
from infrastructure.lab.logs.logql.errors import QueryError
from infrastructure.lab.logs.logql.strings import write_labels
from infrastructure.lab.logs.logql.syntax import Grouping, RangeAggregation, Unwrap
from infrastructure.lab.logs.store import Pairs, Store

Samples = dict[Pairs, list[tuple[int, float]]]
_CONVERSIONS: Mapping[str | None, Callable[[str], float]] = {
    None: float,
    "bytes": size,
    "duration": seconds,
    "duration_seconds": seconds,
}


class PipelineError(QueryError):
    """A line could not be parsed and nothing in the query says to skip such lines."""

    def __init__(self, kind: str, labels: dict[str, str]) -> None:
        super().__init__(
            f"pipeline error: '{kind}' for series: '{write_labels(labels)}'.\n"
            "Use a label filter to intentionally skip this error. "
            f'(e.g | __error__!="{kind}").\n'
            "To skip all potential errors you can match empty errors."
            '(e.g __error__="")\n'
            "The label filter can also be specified after unwrap. "
            '(e.g | unwrap latency | __error__="" )\n'
        )


def read_samples(
    store: Store,
    aggregation: RangeAggregation,
    span: tuple[int, int],
    grouping: Grouping | None,
    tally: Tally,
) -> Samples:
    """Return the samples of `start <= time < end` by the labels left under a grouping.

    Raises:
        PipelineError: a line carries an error past the last stage.
    """
    unwrap = aggregation.unwrap
    bare = grouping is not None and not grouping.without and not grouping.labels
    pipeline = build(aggregation.query.stages, labels_matter=not bare or unwrap is not None)
    if unwrap is not None:
        pipeline = replace(pipeline, steps=(*pipeline.steps, *_unwrap_steps(unwrap)))
    measure = _sizes if aggregation.op.startswith("bytes_") else _ones
    samples: Samples = {}
    for stream in store.select(selector_test(aggregation.query.selector)):
        indices = stream.span(*span)
        tally.streams += 1 if indices else 0
        finish = _finisher(grouping)
        for index, (key, value) in scan(stream, indices, pipeline, finish, tally):
            number = value if unwrap is not None else measure(stream.lines[index])
            samples.setdefault(key, []).append((stream.times[index], number))
    for found in samples.values():
        found.sort(key=lambda sample: sample[0])
    return samples


def _ones(_line: str) -> float:
    return 1.0


def _sizes(line: str) -> float:
    return float(len(line) if line.isascii() else len(line.encode(errors="replace")))


def _finisher(grouping: Grouping | None) -> Callable[[Row], tuple[Pairs, float]]:
    def finish(row: Row) -> tuple[Pairs, float]:
        if row.failed:
            raise PipelineError(row.labels[ERROR], row.labels)
        return group_key(row.labels, grouping), row.value

    return finish


def _unwrap_steps(unwrap: Unwrap) -> tuple[Step, ...]:
    read = _CONVERSIONS[unwrap.conversion]

    def step(row: Row) -> bool:
        text = row.labels.pop(unwrap.label, None)
        if text is None:
            # A line that could not be parsed lacks the label too, and that must not pass unseen.
            return row.failed
        try:
            row.value = read(text)
        except ValueError:
            row.fail("SampleExtractionErr", f'strconv.ParseFloat: parsing "{text}": invalid syntax')
        return True

    return (step, *(condition_step(condition) for condition in unwrap.conditions))
