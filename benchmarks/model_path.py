"""What the platform adds to asking a model: `python -m benchmarks.model_path`.

The model's server answers at once, as OpenAI's does, in a process of its own. What is left is ours: what
may be told is picked, redacted and fenced, the ledger on PostgreSQL sets aside and settles, the client
and its door send, and the answer is read, held against the evidence, and written into the log.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from typing_extensions import override

from backend import collecting
from backend.bootstrap.roles import open_roles
from backend.db import journal
from backend.db.engine import create_engine
from backend.llm.roles import Roles
from benchmarks import model_asking, orchestration, programs
from benchmarks.figure import Figure, percentile, show
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.graph.context import RunContext
from sre_agent.llm.reflector import Heard, Reflector
from sre_agent.llm.reporter import Reporter, Written
from sre_agent.testing.clock import FakeClock

COMMAND = "python -m benchmarks.model_path"
INCIDENTS = 20
_WARM_UP = 2


@dataclass(frozen=True, kw_only=True)
class TimedReflector(Reflector):
    """Notes how long each opinion takes, in milliseconds."""

    took_ms: list[float] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    @override
    async def opine(
        self, incident: Incident, evidence: Sequence[Evidence], diagnosis: Diagnosis
    ) -> Heard:
        """Ask, and look at the clock."""
        began = time.perf_counter()
        found = await super().opine(incident, evidence, diagnosis)
        self.took_ms.append((time.perf_counter() - began) * 1000)
        self.heard.append(found)
        return found


@dataclass(frozen=True, kw_only=True)
class TimedReporter(Reporter):
    """Notes how long each summary takes, in milliseconds."""

    took_ms: list[float] = field(default_factory=list)

    @override
    async def summarize(self, incident: Incident, events: Sequence[Event]) -> Written:
        """Ask, and look at the clock."""
        began = time.perf_counter()
        found = await super().summarize(incident, events)
        self.took_ms.append((time.perf_counter() - began) * 1000)
        return found


@dataclass(frozen=True)
class Measured:
    """Milliseconds of each: opinions and summaries, bare exchanges, and an opinion's way into the log."""

    opinions: Sequence[float]
    summaries: Sequence[float]
    exchanges: Sequence[float]
    logged: Sequence[float]


async def measure(database_url: str, model_url: str, incidents: int = INCIDENTS) -> Measured:
    """Live through incidents with a model that answers at once, after some to warm up."""
    engine = create_engine(database_url)
    with tempfile.TemporaryDirectory(prefix="sre-bench-") as folder:
        settings = orchestration.worker_settings(database_url, Path(folder)).model_copy(
            update=model_asking.of_model(model_url)
        )
        try:
            async with open_roles(settings, engine, FakeClock()) as roles:
                reflector, reporter = _timed(roles)
                timed = Roles(reflector=reflector, reporter=reporter)
                lived = await orchestration.live(settings, engine, incidents + _WARM_UP, timed)
            async with engine.connect() as connection:
                logged = await journal.read(connection, lived.id_, kind=EventKind.MODEL_OPINION)
            return Measured(
                opinions=reflector.took_ms[_WARM_UP:],
                summaries=reporter.took_ms[_WARM_UP:],
                exchanges=await _exchanged(reflector.heard[-1], model_url, incidents),
                logged=await _logged(lived.context, logged[0], incidents),
            )
        finally:
            await engine.dispose()


def _timed(roles: Roles) -> tuple[TimedReflector, TimedReporter]:
    if roles.reflector is None or roles.reporter is None:
        raise RuntimeError("no model is asked: nothing was measured")
    return TimedReflector(**vars(roles.reflector)), TimedReporter(**vars(roles.reporter))


async def _exchanged(heard: Heard, model_url: str, times: int) -> list[float]:
    """Return how long the same question and its answer take on the wire, by a kept connection."""
    exchange = heard.exchange
    if exchange is None or heard.opinion is None:
        raise RuntimeError(f"the model gave no opinion: {heard.note}")
    roles = (("system", exchange.system), ("user", exchange.user))
    asked = {"model": "m", "messages": [{"role": role, "content": text} for role, text in roles]}
    took_ms = []
    async with httpx2.AsyncClient(trust_env=False) as client:
        for _ in range(times + _WARM_UP):
            began = time.perf_counter()
            answer = await client.post(f"{model_url}/v1/chat/completions", json=asked)
            answer.raise_for_status()
            took_ms.append((time.perf_counter() - began) * 1000)
    return took_ms[_WARM_UP:]


async def _logged(context: RunContext, event: Event, times: int) -> list[float]:
    """Return how long writing an opinion into the log takes, with the exchange that it came from."""
    took_ms = []
    for number in range(times):
        draft = EventDraft(
            actor=event.actor, kind=event.kind, payload=event.payload, step_key=f"again:{number}"
        )
        began = time.perf_counter()
        await context.journal.append(event.incident_id, draft)
        took_ms.append((time.perf_counter() - began) * 1000)
    return took_ms


def run() -> Iterator[Figure]:
    """Start a database and a model's server, measure, and yield the figures."""
    collecting.spare_collector()
    with programs.database() as url, programs.program("benchmarks.model_answers") as server:
        port = server.stdout.readline().strip() if server.stdout else ""
        model_url = f"http://127.0.0.1:{port}"
        found = asyncio.run(measure(url, model_url))
        asked = asyncio.run(model_asking.measure(url, model_url))
        by_rules = asyncio.run(model_asking.measure(url, None))
    bare, logged = percentile(found.exchanges, 0.5), percentile(found.logged, 0.5)
    opinion = percentile(found.opinions, 0.5)
    what = "of a model that answers at once"
    yield Figure(f"a second opinion {what}, p50", opinion, "ms", COMMAND)
    yield Figure("... its bare exchange, p50", bare, "ms", COMMAND)
    yield Figure("... its way into the log, p50", logged, "ms", COMMAND)
    yield Figure("... what the platform adds in all, p50", opinion - bare + logged, "ms", COMMAND)
    yield Figure(f"a summary {what}, p50", percentile(found.summaries, 0.5), "ms", COMMAND)
    answer, ruled = percentile(asked, 0.5), percentile(by_rules, 0.5)
    yield Figure("a person's question with such a model, p50", answer, "ms", COMMAND)
    yield Figure("... answered by rules alone, p50", ruled, "ms", COMMAND)
    yield Figure("... what asking a model adds, p50", answer - ruled - bare, "ms", COMMAND)


if __name__ == "__main__":
    show(run())
