"""The level-triggered loop that every controller runs in: changes name keys, keys are reconciled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import NamedTuple, Protocol

import structlog

from infrastructure.lab.cluster.store import Change, Gone, Store, StoreError, Subscription

COALESCE_S = 0.005
"""Changes that arrive this close together are reconciled once."""
RETRY_BASE_S = 0.05
RETRY_MAX_S = 5.0
IDLE_S = 60.0
"""A controller with nothing due looks at its queue this often."""

_log = structlog.get_logger()


class Key(NamedTuple):
    """Names one object to bring to its desired state."""

    namespace: str
    name: str
    kind: str = ""


class Controller(Protocol):
    """What a controller must answer; it decides from the store's present state only."""

    name: str

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return the keys whose desired state the change may affect."""

    def everything(self) -> Iterable[Key]:
        """Return every key there is; asked at the start and after a lost subscription."""

    def reconcile(self, key: Key) -> float | None:
        """Bring one key closer to its desired state; return in how many seconds to look again."""


class Schedule:
    """Which keys are due when: one entry per key, the earliest wish wins."""

    def __init__(self) -> None:
        self._due: dict[Key, float] = {}
        self._failures: dict[Key, int] = {}

    def want(self, key: Key, at: float) -> None:
        """Plan a key for `at`, on the monotonic clock in seconds, or earlier if already planned."""
        self._due[key] = min(at, self._due.get(key, at))

    def succeeded(self, key: Key) -> None:
        """Forget the key's failures."""
        self._failures.pop(key, None)

    def failed(self, key: Key, now: float) -> None:
        """Plan the key again, each time twice as late as before."""
        count = self._failures.get(key, 0)
        self._failures[key] = count + 1
        self.want(key, now + min(RETRY_MAX_S, RETRY_BASE_S * 2 ** min(count, 16)))

    def take_due(self, now: float) -> list[Key]:
        """Remove and return the keys that are due, earliest first."""
        due = sorted((at, key) for key, at in self._due.items() if at <= now)
        for _, key in due:
            del self._due[key]
        return [key for _, key in due]

    def pause_s(self, now: float) -> float:
        """Return the seconds until the next key is due."""
        return max(0.0, min(self._due.values(), default=now + IDLE_S) - now)


async def run_controller(store: Store, controller: Controller) -> None:
    """Reconcile until cancelled."""
    schedule = Schedule()
    while True:
        subscription = store.subscribe()
        for key in controller.everything():
            schedule.want(key, time.monotonic())
        try:
            await _follow(subscription, controller, schedule)
        except Gone:
            _log.warning("controller_relisted", controller=controller.name)
        finally:
            subscription.close()


async def _follow(subscription: Subscription, controller: Controller, schedule: Schedule) -> None:
    while True:
        change = await subscription.next_within(schedule.pause_s(time.monotonic()))
        if change is not None:
            _plan(change, controller, schedule)
            await asyncio.sleep(COALESCE_S)
            while subscription.has_pending():
                _plan(await anext(subscription), controller, schedule)
        for key in schedule.take_due(time.monotonic()):
            _reconcile(key, controller, schedule)
            await asyncio.sleep(0)


def _plan(change: Change, controller: Controller, schedule: Schedule) -> None:
    for key in controller.touched_by(change):
        schedule.want(key, time.monotonic())


def _reconcile(key: Key, controller: Controller, schedule: Schedule) -> None:
    try:
        again_s = controller.reconcile(key)
    except StoreError as error:
        _log.debug("reconcile_retried", controller=controller.name, key=key, error=str(error))
        schedule.failed(key, time.monotonic())
    except Exception:  # noqa: BLE001 - outermost loop: one bad object must not stop the others
        _log.exception("reconcile_failed", controller=controller.name, key=key)
        schedule.failed(key, time.monotonic())
    else:
        schedule.succeeded(key)
        if again_s is not None:
            schedule.want(key, time.monotonic() + again_s)
