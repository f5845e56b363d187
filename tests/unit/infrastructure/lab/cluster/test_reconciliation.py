"""The queue of keys and the loop that empties it."""

import asyncio
from collections.abc import Iterable

import pytest

from infrastructure.lab.cluster.reconciliation import Key, Schedule, run_controller
from infrastructure.lab.cluster.store import KINDS, Change, NotFound, Store

ONE, TWO = Key("default", "one"), Key("default", "two")


def test_a_key_wanted_many_times_is_due_once_and_at_the_earliest() -> None:
    schedule = Schedule()
    schedule.want(ONE, 5.0)
    schedule.want(ONE, 2.0)
    schedule.want(ONE, 9.0)

    assert schedule.take_due(1.9) == []
    assert schedule.take_due(2.0) == [ONE]
    assert schedule.take_due(99.0) == []


def test_a_failing_key_is_tried_later_and_later_until_it_succeeds() -> None:
    schedule = Schedule()
    waits = []
    for _ in range(9):
        schedule.failed(ONE, 100.0)
        waits.append(round(schedule.pause_s(100.0), 2))
        schedule.take_due(1000.0)
    schedule.succeeded(ONE)
    schedule.failed(ONE, 100.0)

    assert waits == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert round(schedule.pause_s(100.0), 2) == 0.05


def test_keys_are_due_in_the_order_of_their_times() -> None:
    schedule = Schedule()
    schedule.want(TWO, 2.0)
    schedule.want(ONE, 1.0)

    assert schedule.take_due(3.0) == [ONE, TWO]


class Recording:
    """A controller that notes what it is asked, and fails when told to."""

    name = "recording"

    def __init__(self, failures: list[Exception], *, until: int = 0) -> None:
        self.asked: list[Key] = []
        self.failures = failures
        self.until = until
        self.is_enough = asyncio.Event()

    def touched_by(self, change: Change) -> Iterable[Key]:
        yield Key("", change.object["metadata"]["name"])

    def everything(self) -> Iterable[Key]:
        yield ONE

    def reconcile(self, key: Key) -> float | None:
        self.asked.append(key)
        if len(self.asked) == self.until:
            self.is_enough.set()
        if self.failures:
            raise self.failures.pop()
        return None


@pytest.mark.parametrize("failure", [NotFound(KINDS["Pod"], "x"), ValueError("a bug")])
async def test_a_failed_key_comes_again_and_the_loop_goes_on(failure: Exception) -> None:
    store, controller = Store(), Recording([failure], until=4)

    task = asyncio.create_task(run_controller(store, controller))
    await asyncio.sleep(0)
    for name in ("two", "three"):
        store.create(KINDS["ConfigMap"], {"metadata": {"name": name}})
    async with asyncio.timeout(5):
        await controller.is_enough.wait()
    task.cancel()
    await asyncio.wait([task])

    assert controller.asked[0] == ONE
    assert sorted(controller.asked[1:]) == sorted([ONE, Key("", "two"), Key("", "three")])


async def test_a_burst_of_changes_of_one_object_is_reconciled_once() -> None:
    store, controller = Store(), Recording([])
    task = asyncio.create_task(run_controller(store, controller))
    await asyncio.sleep(0.02)

    created = store.create(KINDS["ConfigMap"], {"metadata": {"name": "busy"}})
    for number in range(50):
        created["data"] = {"n": str(number)}
        created = store.update(KINDS["ConfigMap"], created)
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.wait([task])

    assert controller.asked == [ONE, Key("", "busy")]
