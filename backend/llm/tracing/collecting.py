"""Collectors: spans are kept for a moment, sent together beside everything else, and dropped where that fails."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from backend.llm.tracing.destinations import Destination
from backend.llm.tracing.sending import exporter
from backend.llm.tracing.telling import Telling, Told
from sre_agent.llm.spans import Spans

SERVICE = "sre-agent"
_TRACER = "sre_agent.llm"

QUEUE = 2048
"""Spans that wait at most; what comes on top is dropped."""

_BATCH = 128
_EVERY_MS = 2000
GOODBYE_S = 3.0
"""How long the end of a program waits for the last spans to leave."""

_ATTRIBUTES = 64


@asynccontextmanager
async def open_spans(told: Sequence[Destination]) -> AsyncIterator[Spans]:
    """Yield what tells each of several; nobody is reached before the first span has ended."""
    opened = [await asyncio.to_thread(_opened, one) for one in told]
    try:
        yield Telling(
            [
                Told(destination, provider.get_tracer(_TRACER))
                for destination, provider in zip(told, opened, strict=True)
            ]
        )
    finally:
        await _closed(opened)


def _opened(destination: Destination) -> TracerProvider:
    """Return what makes spans for one. All is said here that the SDK would else look for in the shell."""
    provider = TracerProvider(
        sampler=ALWAYS_ON,
        resource=Resource({"service.name": SERVICE}),
        shutdown_on_exit=False,
        span_limits=SpanLimits(max_span_attributes=_ATTRIBUTES, max_attributes=_ATTRIBUTES),
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter(destination),
            max_queue_size=QUEUE,
            schedule_delay_millis=_EVERY_MS,
            max_export_batch_size=_BATCH,
        )
    )
    return provider


async def _closed(providers: Sequence[TracerProvider]) -> None:
    """Let the last spans leave, and wait no longer than that is worth."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()

    def close() -> None:
        for provider in providers:
            provider.shutdown()
        with suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(over.set)

    # A thread that nobody waits for at the end of the process: a collector may never answer.
    threading.Thread(target=close, daemon=True, name="last-spans").start()
    try:
        async with asyncio.timeout(GOODBYE_S):
            await over.wait()
    except TimeoutError:
        return
