"""Range aggregations: samples of a sliding window into one number a step."""

from bisect import bisect_right
from collections.abc import Callable

from infrastructure.lab.logs.engine.folds import FOLDS, Fold, quantile
from infrastructure.lab.logs.engine.matrix import Matrix, Series, Steps
from infrastructure.lab.logs.engine.samples import read_samples
from infrastructure.lab.logs.engine.scan import Tally
from infrastructure.lab.logs.logql.durations import NS_PER_S
from infrastructure.lab.logs.logql.syntax import Grouping, RangeAggregation
from infrastructure.lab.logs.store import Store


def read_windows(
    store: Store,
    aggregation: RangeAggregation,
    steps: Steps,
    grouping: Grouping | None,
    tally: Tally,
) -> Matrix:
    """Return a series for each label set; a step whose window is empty has no value.

    A window is open at its start and closed at its end.
    """
    first = steps.start_ns - aggregation.range_ns - aggregation.offset_ns + 1
    last = steps.end_ns - aggregation.offset_ns + 1
    samples = read_samples(store, aggregation, (first, last), grouping, tally)
    fold = _fold(aggregation)
    return {
        key: series
        for key, found in samples.items()
        if (series := _slide(found, aggregation, steps, fold))
    }


def _slide(
    found: list[tuple[int, float]], aggregation: RangeAggregation, steps: Steps, fold: Fold
) -> Series:
    times = [time_ns for time_ns, _ in found]
    values = [value for _, value in found]
    series: Series = {}
    for moment in steps.moments():
        end = moment - aggregation.offset_ns
        low = bisect_right(times, end - aggregation.range_ns)
        high = bisect_right(times, end, lo=low)
        if low < high:
            series[moment] = fold(values[low:high])
    return series


def _per_second(range_ns: int) -> Callable[[Fold], Fold]:
    seconds = range_ns / NS_PER_S
    return lambda fold: lambda values: fold(values) / seconds


def _fold(aggregation: RangeAggregation) -> Fold:
    share = aggregation.parameter
    if aggregation.op == "quantile_over_time" and share is not None:
        return lambda values: quantile(share, values)
    if aggregation.op in {"rate", "bytes_rate"}:
        return _per_second(aggregation.range_ns)(FOLDS["sum"])
    return FOLDS[{"bytes_over_time": "sum"}.get(aggregation.op, aggregation.op.split("_")[0])]
