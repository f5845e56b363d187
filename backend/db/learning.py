"""What the verified past incidents of each cluster teach, learned beside the work and kept."""

import asyncio
import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import past_failures
from backend.db.tenancy import Tenant
from sre_agent.diagnosis.alert_streams import PastFailure
from sre_agent.memory import lessons
from sre_agent.memory.lessons import Lessons

PATIENCE_S = 5.0
"""A run waits no longer for what is being learned; it goes on with what was learned before."""
REST = 10
"""After learning, the same cluster's news wait for so many times as long as it took."""
MOST_CLUSTERS = 16
"""Of more, those that were asked for longest ago are learned anew."""

_log = structlog.get_logger()


@dataclass
class _Course:
    """What is known of one cluster, or being learned."""

    revision: str
    learning: asyncio.Future[Lessons | None]
    before: Lessons | None
    began_at: float
    took_s: float = 0.0

    @property
    def known(self) -> Lessons | None:
        """Return what is learned by now."""
        return self.learning.result() if self.learning.done() else self.before

    @property
    def is_rested(self) -> bool:
        """Return whether news may be learned again."""
        return self.learning.done() and (
            time.monotonic() > self.began_at + self.took_s * (1 + REST)
        )


class Learning:
    """The lessons of clusters, for as long as this object lives."""

    def __init__(self, engine: AsyncEngine, patience_s: float = PATIENCE_S) -> None:
        self._engine = engine
        self._patience_s = patience_s
        self._courses: OrderedDict[Tenant, _Course] = OrderedDict()
        self._turn = asyncio.Lock()

    async def lessons(self, tenant: Tenant) -> Lessons | None:
        """Return what a cluster's verified incidents teach, None where they are too few (yet)."""
        async with self._turn:
            course = await self._course(tenant)
        await asyncio.wait((course.learning,), timeout=self._patience_s)
        return course.known

    async def _course(self, tenant: Tenant) -> _Course:
        course = self._courses.get(tenant)
        async with self._engine.connect() as connection:
            revision = await past_failures.revision(connection, tenant)
            if course and (course.revision == revision or not course.is_rested):
                self._courses.move_to_end(tenant)
                return course
            past = await past_failures.newest(connection, tenant)
        before = course.known if course else None
        course = _Course(revision, _learn(past, before), before, time.monotonic())
        course.learning.add_done_callback(lambda _: _finish(course))
        self._courses[tenant] = course
        self._courses.move_to_end(tenant)
        if len(self._courses) > MOST_CLUSTERS:
            self._courses.popitem(last=False)
        return course


def _finish(course: _Course) -> None:
    course.took_s = time.monotonic() - course.began_at


def _learn(past: Sequence[PastFailure], before: Lessons | None) -> "asyncio.Future[Lessons | None]":
    """Learn in a thread of its own, which keeps nothing from running nor from ending.

    What was learned before stays where the news cannot be learned.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Lessons | None] = loop.create_future()

    def work() -> None:
        try:
            learned = lessons.learn(past)
        except Exception:  # noqa: BLE001 - the end of this thread: a run goes on without what was not learned
            _log.exception("past_failures_not_learned", number=len(past))
            learned = before
        with contextlib.suppress(RuntimeError):  # the loop may be closed by then
            loop.call_soon_threadsafe(_tell, found, learned)

    threading.Thread(target=work, name="learning", daemon=True).start()
    return found


def _tell(found: "asyncio.Future[Lessons | None]", learned: Lessons | None) -> None:
    if not found.done():
        found.set_result(learned)
