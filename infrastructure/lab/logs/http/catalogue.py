"""The endpoints about what there is: label names, label values, series, and their size."""

from typing import Any

from infrastructure.lab.logs.engine.pipeline import selector_test
from infrastructure.lab.logs.http import params
from infrastructure.lab.logs.logql.errors import ParseError
from infrastructure.lab.logs.logql.parser import parse_series_selector
from infrastructure.lab.logs.store import Store, Stream


def _listed(found: set[str]) -> dict[str, Any]:
    # Loki leaves `data` out when there is nothing to list.
    return {"status": "success", "data": sorted(found)} if found else {"status": "success"}


def _streams(store: Store, form: params.Form, query: str, since_ns: int) -> list[Stream]:
    start, end = params.read_bounds(form, store.now(), since_ns)
    params.check_length(start, end)
    test = selector_test(parse_series_selector(query) if query else ())
    return [stream for stream in store.select(test) if stream.span(start, end + 1)]


def label_names(store: Store, form: params.Form) -> dict[str, Any]:
    """Answer `/labels`.

    Raises:
        BadRequestError: a parameter is wrong.
        ParseError: the query is no selector.
    """
    streams = _streams(store, form, params.first(form, "query"), params.LABELS_SINCE_NS)
    return _listed({name for stream in streams for name in stream.labels})


def label_values(store: Store, form: params.Form, name: str) -> dict[str, Any]:
    """Answer `/label/{name}/values`.

    Raises:
        BadRequestError: a parameter is wrong.
        ParseError: the query is no selector.
    """
    streams = _streams(store, form, params.first(form, "query"), params.LABELS_SINCE_NS)
    return _listed({stream.labels[name] for stream in streams if name in stream.labels})


def series(store: Store, form: params.Form) -> dict[str, Any]:
    """Answer `/series`: the label sets that meet any of the selectors.

    Raises:
        BadRequestError: a parameter is wrong.
        ParseError: a selector is none.
    """
    wanted = [*form.get("match[]", ()), *form.get("match", ())] or ["{}"]
    found = {
        stream.key
        for text in wanted
        for stream in _streams(store, form, text, params.QUERY_SINCE_NS)
    }
    return {"status": "success", "data": [dict(key) for key in sorted(found)]}


def index_stats(store: Store, form: params.Form) -> dict[str, int]:
    """Answer `/index/stats`: how much a selector would have to read.

    Raises:
        BadRequestError: a parameter is wrong.
        ParseError: the query is missing or no selector.
    """
    query = params.first(form, "query")
    if not query:
        raise ParseError("syntax error: unexpected $end")
    start, end = params.read_bounds(form, store.now())
    streams = _streams(store, form, query, params.QUERY_SINCE_NS)
    spans = [(stream, stream.span(start, end + 1)) for stream in streams]
    return {
        "streams": len(spans),
        "chunks": len(spans),
        "bytes": sum(
            len(line) for stream, span in spans for line in stream.lines[span.start : span.stop]
        ),
        "entries": sum(len(span) for _, span in spans),
    }
