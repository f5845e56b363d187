"""Metric queries: a tree evaluated over steps."""

from infrastructure.lab.logs.engine.matrix import Matrix, Steps
from infrastructure.lab.logs.engine.operations import Value, combine
from infrastructure.lab.logs.engine.scan import Tally
from infrastructure.lab.logs.engine.vectors import aggregate
from infrastructure.lab.logs.engine.windows import read_windows
from infrastructure.lab.logs.logql.errors import QueryError
from infrastructure.lab.logs.logql.syntax import (
    BinaryOperation,
    Grouping,
    MetricQuery,
    Number,
    RangeAggregation,
    VectorAggregation,
)
from infrastructure.lab.logs.store import Store

MAX_SERIES = 500
# Where a sum of sums is the sum of all, the outer grouping is applied to each sample at once;
# labels that the grouping drops are then never looked at.
_ADDITIVE = frozenset({"bytes_over_time", "bytes_rate", "count_over_time", "rate", "sum_over_time"})


def read_metric(store: Store, query: MetricQuery, steps: Steps, tally: Tally) -> Value:
    """Return the query's series, or a number when it names no stream.

    Raises:
        QueryError: a line cannot be parsed, sides cannot be paired, or too many series come out.
    """
    value = _evaluate(store, query, steps, tally)
    if isinstance(value, dict) and len(value) > MAX_SERIES:
        raise QueryError(
            f"maximum number of series ({MAX_SERIES}) reached for a single query; consider "
            "reducing query cardinality by adding more specific stream selectors, reducing the "
            "time range, or aggregating results with functions like sum(), count() or topk()"
        )
    tally.returned = len(value) if isinstance(value, dict) else 1
    return value


def _evaluate(store: Store, query: MetricQuery, steps: Steps, tally: Tally) -> Value:
    match query:
        case Number(value):
            return value
        case RangeAggregation(grouping=grouping):
            return read_windows(store, query, steps, grouping, tally)
        case VectorAggregation():
            return aggregate(query, _inner(store, query, steps, tally))
        case BinaryOperation(left=left, right=right):
            first = _evaluate(store, left, steps, tally)
            return combine(query, first, _evaluate(store, right, steps, tally))


def _inner(store: Store, query: VectorAggregation, steps: Steps, tally: Tally) -> Matrix:
    inner = query.inner
    if query.op == "sum" and isinstance(inner, RangeAggregation) and inner.op in _ADDITIVE:
        grouping = query.grouping or Grouping(without=False, labels=())
        return read_windows(store, inner, steps, grouping, tally)
    value = _evaluate(store, inner, steps, tally)
    if not isinstance(value, dict):
        raise QueryError(f"unexpected literal for aggregation operation ({query.op})")
    return value
