"""Numbers into one number: what each aggregation does."""

import math
from collections.abc import Callable, Mapping, Sequence

Fold = Callable[[Sequence[float]], float]


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean of at least one value."""
    return sum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """Return the population variance of at least one value."""
    middle = mean(values)
    return sum((value - middle) ** 2 for value in values) / len(values)


def deviation(values: Sequence[float]) -> float:
    """Return the population standard deviation of at least one value."""
    return math.sqrt(variance(values))


def quantile(share: float, values: Sequence[float]) -> float:
    """Return the quantile between the two nearest ranks, as Prometheus does."""
    if share < 0:
        return -math.inf
    if share > 1:
        return math.inf
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    weight = rank - low
    return ordered[low] * (1 - weight) + ordered[high] * weight


FOLDS: Mapping[str, Fold] = {
    "avg": mean,
    "count": lambda values: float(len(values)),
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
    "max": max,
    "min": min,
    "stddev": deviation,
    "stdvar": variance,
    "sum": sum,
}
