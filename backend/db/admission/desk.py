"""Where webhooks queue up: those that wait together are committed together."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.admission.admit import admit
from backend.db.admission.arrivals import Arrival, Receipt
from backend.db.tenancy import Tenant
from sre_agent import ports
from sre_agent.domain.errors import TransientError

_BATCH_MAX_ALERTS = 400  # so that one batch is read from the wire while another is written
_WAITING_MAX = 2000
_ATTEMPTS = 3

_log = structlog.get_logger()


class BusyError(TransientError):
    """More webhooks wait than can be served soon; the source should send again later."""


@dataclass(frozen=True)
class _Submission:
    tenant: Tenant
    arrivals: Sequence[Arrival]
    receipts: asyncio.Future[list[Receipt]]


class AdmissionDesk:
    """Admits alerts; use it as an async context manager, which owns its task.

    A commit waits for the disk. While it does, more webhooks arrive; those of one cluster share the
    next one. `tenant` is whose alerts they are where nothing else is said.
    """

    def __init__(self, engine: AsyncEngine, clock: ports.Clock, tenant: Tenant) -> None:
        self._engine = engine
        self._clock = clock
        self._tenant = tenant
        self._waiting: asyncio.Queue[_Submission] = asyncio.Queue(maxsize=_WAITING_MAX)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._serve(), name="admission")
        return self

    async def __aexit__(self, *_exception: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        while not self._waiting.empty():
            self._waiting.get_nowait().receipts.cancel()

    async def submit(
        self, arrivals: Sequence[Arrival], tenant: Tenant | None = None
    ) -> list[Receipt]:
        """Return what became of each alert of a cluster, after it was committed.

        Raises:
            BusyError: Too many wait already; nothing was recorded.
            TransientError: The database did not answer; nothing was recorded.
        """
        if not arrivals:
            return []
        receipts: asyncio.Future[list[Receipt]] = asyncio.get_running_loop().create_future()
        try:
            self._waiting.put_nowait(_Submission(tenant or self._tenant, arrivals, receipts))
        except asyncio.QueueFull:
            raise BusyError("too many webhooks are waiting: send again later") from None
        return await receipts

    async def _serve(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            alerts = len(batch[0].arrivals)
            while alerts < _BATCH_MAX_ALERTS and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
                alerts += len(batch[-1].arrivals)
            for together in _by_tenant(batch):
                await self._commit(together)

    async def _commit(self, batch: Sequence[_Submission]) -> None:
        arrivals = [arrival for submission in batch for arrival in submission.arrivals]
        try:
            receipts = await self._admit(batch[0].tenant, arrivals)
        except Exception as error:  # noqa: BLE001 - an outermost loop: after a bad batch, the next is served
            await self._refuse(batch, error)
            return
        at = 0
        for submission in batch:
            end = at + len(submission.arrivals)
            if not submission.receipts.done():
                submission.receipts.set_result(receipts[at:end])
            at = end

    async def _admit(self, tenant: Tenant, arrivals: Sequence[Arrival]) -> list[Receipt]:
        attempts = iter(range(1, _ATTEMPTS + 1))
        while True:
            try:
                async with self._engine.begin() as connection:
                    now = self._clock.now()
                    return await admit(connection, tenant, arrivals, now=now)
            except sa.exc.OperationalError as error:
                # A deadlock with another transaction, or a lost connection: nothing was committed
                # or, at worst, everything; then the next attempt finds the alerts known.
                _log.warning("admission_retried", reason=type(error.orig).__name__)
                if next(attempts) == _ATTEMPTS:
                    raise

    async def _refuse(self, batch: Sequence[_Submission], error: Exception) -> None:
        if len(batch) > 1 and not _is_away(error):
            # One webhook that cannot be recorded must not take the others with it.
            for submission in batch:
                await self._commit([submission])
            return
        if isinstance(error, sa.exc.SQLAlchemyError):
            _log.error("admission_failed", reason=str(error.__cause__ or error))
        else:
            _log.error("admission_crashed", exc_info=error)
        _fail(batch, TransientError("the alerts could not be recorded"))


def _by_tenant(batch: Sequence[_Submission]) -> Iterable[Sequence[_Submission]]:
    """Return the submissions of each cluster, in the order in which they came."""
    found: dict[Tenant, list[_Submission]] = {}
    for submission in batch:
        found.setdefault(submission.tenant, []).append(submission)
    return found.values()


def _is_away(error: Exception) -> bool:
    """Return whether the database was lost, which is no webhook's fault."""
    if not isinstance(error, sa.exc.OperationalError):
        return isinstance(error, sa.exc.InterfaceError | sa.exc.TimeoutError)
    # Whoever did not get through has no SQLSTATE; 57P is a server that stops or starts.
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state is None or state.startswith(("08", "57P"))


def _fail(batch: Sequence[_Submission], error: TransientError) -> None:
    for submission in batch:
        if not submission.receipts.done():
            submission.receipts.set_exception(error)
