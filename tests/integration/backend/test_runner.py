"""No run ends in silence: not when the database was away, nor when a worker died before the report."""

import operator
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import psycopg
import pytest
import sqlalchemy as sa
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import TypedDict, override

from backend.db.engine import create_engine
from backend.db.incidents import PostgresIncidents
from backend.db.journal import PostgresJournal
from backend.jobs.runner import MAX_ATTEMPTS, Runner
from sre_agent.domain.errors import TransientError
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

MakeIncident = Callable[..., Awaitable[IncidentId]]
LAST = MAX_ATTEMPTS - 1


class Graph:
    """A graph that fails as it is told, or that has finished when there is no failure."""

    def __init__(self, failure: Exception | None) -> None:
        self.failure = failure

    async def aget_state(self, _config: object) -> Any:
        created_at = None if self.failure else "2026-03-01"
        return SimpleNamespace(created_at=created_at, interrupts=(), tasks=())

    async def ainvoke(self, _given: object, _config: object, **_more: object) -> None:
        if self.failure is not None:
            raise self.failure


class Steps(TypedDict):
    """The state of a small graph of two nodes: which of them have been gone through."""

    done: Annotated[list[str], operator.add]


class DyingSaver(InMemorySaver):
    """Keeps what each node wrote, and dies at the n-th checkpoint that would put it in force."""

    def __init__(self, dies_at: int) -> None:
        super().__init__()
        self.left = dies_at

    @override
    async def aput(self, *args: Any, **kwargs: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            raise away()
        return await super().aput(*args, **kwargs)


def two_nodes(saver: InMemorySaver) -> Any:
    builder = StateGraph(Steps, context_schema=SimpleNamespace)
    builder.add_node("first", lambda _state: {"done": ["first"]})
    builder.add_node("second", lambda _state: {"done": ["second"]})
    builder.add_edge(START, "first")
    builder.add_edge("first", "second")
    return builder.compile(checkpointer=saver)


@pytest.fixture
def make_runner(engine: AsyncEngine, clock: Any, tmp_path: Path) -> Any:
    def make(failure: Exception | None, engine: AsyncEngine = engine, graph: Any = None) -> Runner:
        incidents = PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=tmp_path)
        context: Any = SimpleNamespace(
            incidents=incidents,
            journal=PostgresJournal(engine, clock),
            clock=clock,
            objectives=None,
            reporter=None,
        )
        context.of_run = lambda _run: context
        played: Any = graph or Graph(failure)
        return Runner(graph=played, context=context)

    return make


def away() -> sa.exc.OperationalError:
    return sa.exc.OperationalError("SELECT 1", {}, psycopg.OperationalError("the server is gone"))


@pytest.mark.parametrize(
    "failure",
    [
        away(),
        sa.exc.TimeoutError("the pool is empty"),
        psycopg.OperationalError("terminating connection"),
        ConnectionResetError("reset"),
        ExceptionGroup("tasks", [ExceptionGroup("inner", [away()])]),
    ],
)
async def test_a_database_that_was_away_costs_an_attempt_and_no_incident(
    failure: Exception, make_runner: Any, make_incident: MakeIncident, engine: AsyncEngine
) -> None:
    id_ = await make_incident()
    runner = make_runner(failure)

    with pytest.raises(TransientError):
        await runner.advance(id_, attempt=0)

    assert (await runner.context.incidents.load(id_)).status.is_open


@pytest.mark.parametrize("dies_at", [1, 2, 3, 4])
async def test_a_run_goes_on_from_between_what_a_node_wrote_and_its_checkpoint(
    dies_at: int, make_runner: Any, make_incident: MakeIncident
) -> None:
    id_ = await make_incident()
    graph = two_nodes(DyingSaver(dies_at))
    runner = make_runner(None, graph=graph)

    with pytest.raises(TransientError):
        await runner.advance(id_, attempt=0)
    await runner.advance(id_, attempt=1)

    state = await graph.aget_state({"configurable": {"thread_id": f"{id_}:1"}})
    assert state.values["done"] == ["first", "second"]
    assert (await runner.context.incidents.load(id_)).status.is_open


async def test_a_failure_that_nobody_could_be_told_of_leaves_the_job_to_be_tried(
    make_runner: Any, clock: Any
) -> None:
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    try:
        with pytest.raises(TransientError):
            await make_runner(ValueError("a mistake"), nowhere).advance(
                IncidentId("inc-1"), attempt=LAST
            )
    finally:
        await nowhere.dispose()


@pytest.mark.parametrize("failure", [None, ValueError("a mistake")])
@pytest.mark.parametrize("status", [IncidentStatus.ESCALATED, IncidentStatus.RESOLVED])
async def test_an_incident_that_ended_without_its_report_gets_it(
    failure: Exception | None,
    status: IncidentStatus,
    make_runner: Any,
    make_incident: MakeIncident,
    engine: AsyncEngine,
) -> None:
    id_ = await make_incident()
    runner = make_runner(failure)
    if status is IncidentStatus.ESCALATED:
        await runner.context.incidents.escalate(id_, reason="r", step_key="escalated")
    else:
        await runner.context.incidents.set_status(
            id_, status, reason="r", step_key=f"status:{status.value}"
        )

    for _ in range(2):
        await runner.advance(id_, attempt=0)

    kinds = [event.kind for event in await runner.context.incidents.events(id_)]
    assert kinds.count(EventKind.REPORT_WRITTEN) == 1
    assert kinds.count(EventKind.STATUS_CHANGED) == 1
    async with engine.connect() as connection:
        reports = (await connection.execute(sa.text("SELECT markdown FROM reports"))).scalars()
        assert len(reports.all()) == 1


async def test_whoever_escalated_an_incident_has_said_why_and_nobody_says_it_again(
    make_runner: Any, make_incident: MakeIncident
) -> None:
    id_ = await make_incident()
    runner = make_runner(None)
    await runner.context.incidents.escalate(id_, reason="it flaps", step_key="flapping")

    await runner.advance(id_, attempt=0)

    events = await runner.context.incidents.events(id_)
    escalated = [event.payload["reason"] for event in events if event.kind is EventKind.ESCALATED]
    assert escalated == ["it flaps"]
    assert events[-1].kind is EventKind.REPORT_WRITTEN


async def test_people_are_told_what_failed_and_not_that_a_group_of_things_did(
    make_runner: Any, make_incident: MakeIncident
) -> None:
    id_ = await make_incident()
    runner = make_runner(
        ExceptionGroup("unhandled", [ExceptionGroup("in it", [ValueError("odd")])])
    )

    await runner.advance(id_, attempt=0)

    events = await runner.context.incidents.events(id_)
    told = [event.payload["reason"] for event in events if event.kind is EventKind.ESCALATED]
    assert told == ["the run failed and needs a person: ValueError: odd"]


async def test_an_incident_that_cannot_even_be_read_is_handed_to_people_once_a_run(
    make_runner: Any, make_incident: MakeIncident, engine: AsyncEngine
) -> None:
    id_ = await make_incident()
    runner = make_runner(None)
    await runner.context.incidents.escalate(id_, reason="r", step_key="escalated")
    spoilt = "status = 'received', ended_at = NULL, run = 2, severity = 'odd'"
    async with engine.begin() as connection:
        await connection.execute(sa.text(f"UPDATE incidents SET {spoilt}"))  # noqa: S608 - ours

    for _ in range(2):
        with pytest.raises(ValidationError):
            await runner.advance(id_, attempt=0)

    async with engine.connect() as connection:
        query = sa.text("SELECT status, ended_at IS NOT NULL FROM incidents")
        row = (await connection.execute(query)).one()
        told = sa.text("SELECT payload ->> 'reason' FROM outbox ORDER BY id")
        _, reason = (await connection.execute(told)).scalars().all()
    assert tuple(row) == ("escalated", True)
    assert reason.startswith("the run failed and needs a person: ValidationError")
