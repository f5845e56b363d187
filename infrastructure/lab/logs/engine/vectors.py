"""Vector aggregations: many series into few."""

from collections.abc import Mapping

from infrastructure.lab.logs.engine.folds import FOLDS
from infrastructure.lab.logs.engine.matrix import Matrix, Series, group_key
from infrastructure.lab.logs.logql.syntax import Grouping, VectorAggregation
from infrastructure.lab.logs.store import Pairs

# Without a grouping all series fall into one.
_TOGETHER = Grouping(without=False, labels=())


def aggregate(aggregation: VectorAggregation, matrix: Matrix) -> Matrix:
    """Return the aggregated series."""
    if aggregation.op in {"sort", "sort_desc"}:
        return matrix
    grouping = aggregation.grouping or _TOGETHER
    groups: dict[Pairs, Matrix] = {}
    for labels, series in matrix.items():
        groups.setdefault(group_key(dict(labels), grouping), {})[labels] = series
    if aggregation.parameter is None:
        return {key: _fold(aggregation.op, members) for key, members in groups.items()}
    chosen: Matrix = {}
    for members in groups.values():
        chosen.update(_extremes(members, aggregation.parameter, largest=aggregation.op == "topk"))
    return chosen


def _fold(op: str, members: Mapping[Pairs, Series]) -> Series:
    columns: dict[int, list[float]] = {}
    for series in members.values():
        for moment, value in series.items():
            columns.setdefault(moment, []).append(value)
    fold = FOLDS[op]
    return {moment: fold(values) for moment, values in sorted(columns.items())}


def _extremes(members: Mapping[Pairs, Series], count: int, *, largest: bool) -> Matrix:
    columns: dict[int, list[tuple[float, Pairs]]] = {}
    for labels, series in members.items():
        for moment, value in series.items():
            columns.setdefault(moment, []).append((-value if largest else value, labels))
    chosen: Matrix = {}
    for moment, ranked in sorted(columns.items()):
        for _, labels in sorted(ranked)[:count]:
            chosen.setdefault(labels, {})[moment] = members[labels][moment]
    return chosen
