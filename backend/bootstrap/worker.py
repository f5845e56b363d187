"""The worker: from settings to running parts, and the program that runs them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import procrastinate
import uvloop
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.ext.asyncio import AsyncEngine

from backend import collecting, policy_notes
from backend.bootstrap import checkpoints, judging, program
from backend.bootstrap.roles import roster_of
from backend.brakes.foreseeing import Foresight
from backend.brakes.judging import Brakes
from backend.clock import SystemClock
from backend.clusters.toolboxes import Toolboxes
from backend.db import tenancy
from backend.db.circumstances import PostgresFacts
from backend.db.engine import create_engine, libpq_url
from backend.db.memory import PostgresMemory
from backend.db.near_changes import PostgresChanges
from backend.db.outbox import PostgresOutbox
from backend.db.past_runs import PastRuns
from backend.db.slos import PostgresObjectives
from backend.db.tenancy import Tenant
from backend.jobs import places, queue, upkeep, waiting
from backend.jobs.learning import LearningJournal
from backend.jobs.presence import Presence
from backend.jobs.proving import Prover
from backend.jobs.publishing import PublishingIncidents
from backend.jobs.runner import Runner
from backend.jobs.succession import Number, Succession
from backend.jobs.survey import Rounds
from backend.jobs.trimming import Trimmer
from backend.llm.roles import NO_ROLES, Roles
from backend.llm.roster import filled
from backend.notify import dispatcher
from backend.notify.message import Channel
from backend.notify.webhook import WebhookChannel
from backend.service_file import ServiceFile
from backend.settings.worker import WorkerSettings
from backend.signer.client import SignerClient
from backend.slos.evaluating import Evaluator
from backend.slos.keeping import Keeper
from sre_agent import ports
from sre_agent.config import objectives
from sre_agent.graph import build
from sre_agent.graph.context import RunContext

_ACTOR = "worker"
"""As whom it writes down which policy it goes by."""

_WORKER_POOL = 8
_CHECKPOINT_POOL = 4
_SHUTDOWN_S = 5.0

# A step counts as done only when its checkpoint is on disk, whoever crashes next.
_CHECKPOINT_SESSION = "-c synchronous_commit=on"


@dataclass(frozen=True)
class Worker:
    """The parts of a worker, open."""

    settings: WorkerSettings
    engine: AsyncEngine
    clock: ports.Clock
    runner: Runner
    app: procrastinate.App
    presence: Presence
    rounds: Rounds
    evaluator: Evaluator
    prover: Prover
    trimmer: Trimmer
    channel: Channel | None

    @property
    def house(self) -> upkeep.House:
        """Return what its upkeep keeps in order."""
        return upkeep.House(
            app=self.app,
            engine=self.engine,
            clock=self.clock,
            runs=self.runner,
            patience=waiting.Patience(
                ttl_s=self.settings.alert_queue_ttl_seconds,
                ageing_s=self.settings.alert_queue_ageing_seconds,
            ),
            sign_of_life=self.settings.worker_alive_file,
        )

    async def run(self) -> None:
        """Work until told to stop: the queue, the outbox and the upkeep side by side."""
        async with asyncio.TaskGroup() as group:
            beside = (
                group.create_task(
                    dispatcher.run(
                        PostgresOutbox(self.engine, self.clock), self.channel, self.clock
                    )
                ),
                group.create_task(upkeep.run(self.house)),
                group.create_task(self.presence.run()),
                group.create_task(self.rounds.run()),
                group.create_task(self.evaluator.run()),
                group.create_task(self.prover.run()),
                group.create_task(self.trimmer.run()),
            )
            await self.app.run_worker_async(
                concurrency=self.settings.max_concurrent_alerts,
                shutdown_graceful_timeout=_SHUTDOWN_S,
                update_heartbeat_interval=places.HEARTBEAT_S,
                stalled_worker_timeout=places.STALLED_AFTER_S,
                fetch_job_polling_interval=1.0,
                delete_jobs="successful",
            )
            for task in beside:
                task.cancel()


@asynccontextmanager
async def open_worker(settings: WorkerSettings) -> AsyncIterator[Worker]:
    """Open everything a worker needs, and close it again."""
    clock = SystemClock()
    presence = Presence(settings.database_url)
    _ = settings.mcp_endpoints  # what is wrong with them is told at the start
    engine = create_engine(
        settings.database_url, pool_size=_WORKER_POOL + settings.max_concurrent_alerts
    )
    try:
        async with (
            Toolboxes(engine, clock, settings) as toolboxes,
            httpx.AsyncClient(trust_env=False) as http,
            roster_of(settings, engine, clock) as roster,
            checkpointer(settings.database_url) as saver,
            _jobs(settings, presence) as app,
        ):
            async with engine.begin() as connection:
                await tenancy.register(
                    connection,
                    org_id=settings.org_id,
                    cluster_id=settings.cluster_id,
                    now=clock.now(),
                )
            own = Tenant(settings.org_id, settings.cluster_id)
            promised = objectives.load(settings.slo_file) if settings.slo_file else ()
            await Keeper(engine=engine, clock=clock).follow_file(own, promised)
            signer = SignerClient(http, settings.signer_url, settings.signer_token)
            toolbox = toolboxes.of(own)
            context = run_context(settings, engine, clock, toolbox, signer)
            await policy_notes.note_policy(engine, clock, context.policy, actor=_ACTOR)
            runner = Runner(
                graph=build.build(saver), context=context, clusters=toolboxes, roster=roster
            )
            queue.register(app, runner)
            rounds = Rounds(
                toolboxes=toolboxes,
                engine=engine,
                clock=clock,
                own=own,
                interval_s=settings.topology_survey_seconds,
            )
            evaluator = Evaluator(
                toolbox_of=toolboxes.of,
                engine=engine,
                clock=clock,
                own=own,
                interval_s=settings.slo_evaluation_seconds,
            )
            prover = Prover(
                engine=engine,
                clock=clock,
                interval_s=settings.audit_verify_seconds,
                own=own,
                halt=settings.mcp_halt_file,
            )
            trimmer = Trimmer.of(settings, engine, clock)
            channel = _channel(settings, http, clock)
            yield Worker(
                settings=settings,
                engine=engine,
                clock=clock,
                runner=runner,
                app=app,
                presence=presence,
                rounds=rounds,
                evaluator=evaluator,
                prover=prover,
                trimmer=trimmer,
                channel=channel,
            )
    finally:
        await engine.dispose()


def run_context(
    settings: WorkerSettings,
    engine: AsyncEngine,
    clock: ports.Clock,
    toolbox: ports.Toolbox,
    signer: ports.Signer,
    roles: Roles = NO_ROLES,
) -> RunContext:
    """Return what every run is given."""
    judged_by = judging.rules(settings)
    context = RunContext(
        clock=clock,
        journal=LearningJournal(engine, clock),
        incidents=PublishingIncidents(
            engine,
            clock,
            approval_ttl_s=settings.approval_ttl_seconds,
            incidents_dir=settings.incidents_dir,
            is_kill_switch_set=settings.kill_switch,
        ),
        toolbox=toolbox,
        signer=signer,
        allowlist=judged_by.allowlist,
        policy=judged_by.policy,
        playbooks=judged_by.playbooks,
        planning=judged_by.planning,
        limits=judged_by.limits,
        memory=PostgresMemory(engine),
        changes=PostgresChanges(engine),
        services=ServiceFile.of_settings(settings),
        objectives=PostgresObjectives(engine),
        facts=PostgresFacts(engine, clock, past=PastRuns() if judged_by.policy.lets_earn else None),
        brakes=Foresight(engine, clock, judged_by.policy, Brakes.of(settings)),
    )
    return filled(context, roles)


@asynccontextmanager
async def _jobs(settings: WorkerSettings, presence: Presence) -> AsyncIterator[procrastinate.App]:
    """Open the queue, as the successor of the worker that had its place here before."""
    with Succession(settings.worker_number_file) as succession:

        def begin(number: Number) -> None:
            succession.enter(number)
            presence.begin(number.worker_id)

        app = queue.create(
            settings.database_url,
            places=settings.max_concurrent_alerts,
            on_registered=begin,
            predecessor=succession.predecessor,
        )
        async with app.open_async():
            yield app


@asynccontextmanager
async def checkpointer(database_url: str) -> AsyncIterator[AsyncPostgresSaver]:
    """Yield the store of checkpoints; its pool of connections is open as long."""
    kwargs = {
        "autocommit": True,
        "prepare_threshold": 0,
        "row_factory": dict_row,
        "options": _CHECKPOINT_SESSION,
    }
    async with AsyncConnectionPool(
        libpq_url(database_url), min_size=1, max_size=_CHECKPOINT_POOL, kwargs=kwargs, open=False
    ) as pool:
        saver = AsyncPostgresSaver(pool)  # type: ignore[arg-type] # the row factory is given above
        await checkpoints.set_up(saver, pool)
        yield saver


def _channel(
    settings: WorkerSettings, http: httpx.AsyncClient, clock: ports.Clock
) -> Channel | None:
    if settings.escalation_webhook_url is None or settings.escalation_webhook_secret is None:
        return None
    return WebhookChannel(
        http, clock, settings.escalation_webhook_url, settings.escalation_webhook_secret
    )


def main() -> None:
    """Work on incidents until terminated."""
    program.log_as_json()
    collecting.spare_collector()

    async def run() -> None:
        async with open_worker(WorkerSettings.load()) as opened:
            await opened.run()

    uvloop.run(run())  # what waits for a database all day waits a fifth shorter


if __name__ == "__main__":
    program.run(main)
