"""The query endpoints: parameters to tree to result."""

import time
from typing import Any

from infrastructure.lab.logs.engine.logs import Window, read_logs
from infrastructure.lab.logs.engine.matrix import Steps
from infrastructure.lab.logs.engine.metrics import read_metric
from infrastructure.lab.logs.engine.scan import Tally
from infrastructure.lab.logs.http import answers, params
from infrastructure.lab.logs.http.errors import BadRequestError
from infrastructure.lab.logs.http.stats import statistics
from infrastructure.lab.logs.http.values import read_time
from infrastructure.lab.logs.logql.durations import NS_PER_S
from infrastructure.lab.logs.logql.parser import parse
from infrastructure.lab.logs.logql.syntax import LogQuery, Query, VectorAggregation
from infrastructure.lab.logs.store import Store

_INSTANT_LOGS = (
    "log queries are not supported as an instant query type, "
    "please change your query to a range query type"
)


def _success(data: dict[str, Any], tally: Tally, began_s: float) -> dict[str, Any]:
    stats = statistics(tally, time.perf_counter() - began_s)
    return {"status": "success", "data": {**data, "stats": stats}}


def query_range(store: Store, form: params.Form) -> dict[str, Any]:
    """Answer `/query_range`.

    Raises:
        BadRequestError: a parameter is wrong or asks for too much.
        QueryError: the query is wrong or cannot be answered.
    """
    began_s = time.perf_counter()
    request = params.read_range(form, store.now())
    tree = parse(request.query)
    if isinstance(tree, LogQuery):
        params.check_entries(request.limit)
    params.check_length(request.start_ns, request.end_ns)
    tally = Tally()
    if isinstance(tree, LogQuery):
        window = Window(
            request.start_ns,
            request.end_ns,
            request.limit,
            request.backward,
            request.interval_ns,
        )
        data = answers.streams_data(read_logs(store, tree, window, tally))
    else:
        steps = request.steps()
        data = answers.matrix_data(read_metric(store, tree, steps, tally), steps.moments())
    return _success(data, tally, began_s)


def query_instant(store: Store, form: params.Form) -> dict[str, Any]:
    """Answer `/query`, which is for metric queries only.

    Raises:
        BadRequestError: a parameter is wrong, or the query asks for lines.
        QueryError: the query is wrong or cannot be answered.
    """
    began_s = time.perf_counter()
    params.read_limit(form)
    text = params.first(form, "time")
    at = read_time(text) if text else store.now()
    tree = parse(params.first(form, "query"))
    if isinstance(tree, LogQuery):
        raise BadRequestError(_INSTANT_LOGS)
    tally = Tally()
    value = read_metric(store, tree, Steps(at, at, NS_PER_S), tally)
    return _success(answers.vector_data(value, at, _sort(tree)), tally, began_s)


def _sort(tree: Query) -> str | None:
    if isinstance(tree, VectorAggregation) and tree.op in {"sort", "sort_desc"}:
        return tree.op
    return None
