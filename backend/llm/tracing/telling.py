"""Spans by OpenTelemetry's SDK, for each collector on its own: they are not all told the same."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, StatusCode, Tracer
from typing_extensions import override

from backend.llm.tracing import langsmith
from backend.llm.tracing.destinations import Destination
from sre_agent.llm.spans import Attribute, Span, Spans

_log = structlog.get_logger()

_Parts = Sequence[tuple["Told", trace.Span]]
"""The same span, once for each who is told."""

_open: ContextVar[_Parts] = ContextVar("told_spans", default=())
"""The span that is open in this task. It is ours alone: what other libraries send is told nothing of it."""


@dataclass(frozen=True)
class Told:
    """One who is told, and by what."""

    destination: Destination
    tracer: Tracer


class Telling(Spans):
    """Tells each of several."""

    def __init__(self, everybody: Sequence[Told]) -> None:
        self._everybody = everybody

    @override
    @contextmanager
    def span(
        self, name: str, attributes: Mapping[str, Attribute], *, is_call: bool = False
    ) -> Iterator[Span]:
        outer = {id(told): span for told, span in _open.get()}
        kind = SpanKind.CLIENT if is_call else SpanKind.INTERNAL
        parts = [
            (told, _begun(told, name, kind, attributes, outer.get(id(told))))
            for told in self._everybody
        ]
        span = _Open(parts)
        token = _open.set(parts)
        try:
            yield span
        except BaseException as error:
            span.fail(type(error).__name__)
            raise
        finally:
            _open.reset(token)
            for _, part in parts:
                part.end()


class _Open(Span):
    """A span under way. The first failure that is noted is the one that counts."""

    def __init__(self, parts: _Parts) -> None:
        self._parts = parts
        self._is_failed = False

    @override
    def note(self, attributes: Mapping[str, Attribute]) -> None:
        for _, span in self._parts:
            span.set_attributes(attributes)

    @override
    def quote(self, said: Callable[[], Mapping[str, str]], *, is_local: bool) -> None:
        hearing = [part for part in self._parts if part[0].destination.hears(is_local=is_local)]
        if not hearing:
            return
        try:
            attributes = said()
        except (ValueError, TypeError, RecursionError) as error:  # a stranger's answer: anything
            _log.warning("exchange_not_quoted", reason=type(error).__name__)
            return
        for told, span in hearing:
            span.set_attributes(attributes)
            if told.destination.kinds:
                span.set_attributes(langsmith.messages(attributes))

    @override
    def fail(self, kind: str) -> None:
        if self._is_failed:
            return
        self._is_failed = True
        for _, span in self._parts:
            span.set_attribute("error.type", kind)
            span.set_status(StatusCode.ERROR)


def _begun(
    told: Told,
    name: str,
    kind: SpanKind,
    attributes: Mapping[str, Attribute],
    outer: trace.Span | None,
) -> trace.Span:
    more = langsmith.kind(attributes) if told.destination.kinds else {}
    # What others have open in this task is no parent of ours.
    within = Context() if outer is None else trace.set_span_in_context(outer, Context())
    return told.tracer.start_span(
        name,
        context=within,
        kind=kind,
        attributes={**attributes, **more},
        record_exception=False,
        set_status_on_exception=False,
    )
