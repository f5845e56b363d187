"""The queue's application: which task does what."""

from collections.abc import Callable

import procrastinate
from procrastinate import JobContext

from backend.db import queue as names
from backend.db.engine import libpq_url
from backend.jobs.places import PlacesJobManager
from backend.jobs.runner import MAX_ATTEMPTS, Runner
from backend.jobs.succession import Number
from sre_agent.domain.errors import TransientError
from sre_agent.domain.ids import IncidentId

_RETRY = procrastinate.RetryStrategy(
    max_attempts=MAX_ATTEMPTS, exponential_wait=2, retry_exceptions={TransientError}
)
_POOL_SIZE = 4


def create(
    database_url: str,
    *,
    places: int,
    on_registered: Callable[[Number], None] = lambda _: None,
    predecessor: Number | None = None,
) -> procrastinate.App:
    """Return the application, not yet open and without tasks.

    `places` is how many jobs are worked on at once by all workers together; `on_registered` is told
    the number that a worker of the application gets. `predecessor` is the number of a worker that
    is known to be dead, if the database is the one that gave it.
    """
    connector = procrastinate.PsycopgConnector(
        conninfo=libpq_url(database_url), min_size=1, max_size=_POOL_SIZE
    )
    app = procrastinate.App(connector=connector)
    app.job_manager = PlacesJobManager(connector, places, on_registered, predecessor)
    return app


def register(app: procrastinate.App, runner: Runner) -> None:
    """Give the application its tasks. Both carry the run on: it knows itself where it stands."""

    @app.task(name=names.INVESTIGATE, queue=names.QUEUE, pass_context=True, retry=_RETRY)
    async def investigate(context: JobContext, *, incident_id: str) -> None:
        await runner.advance(IncidentId(incident_id), attempt=context.job.attempts)

    @app.task(name=names.RESUME, queue=names.QUEUE, pass_context=True, retry=_RETRY)
    async def resume(context: JobContext, *, incident_id: str, approval_id: str) -> None:  # noqa: ARG001 - part of the job's form
        await runner.advance(IncidentId(incident_id), attempt=context.job.attempts)
