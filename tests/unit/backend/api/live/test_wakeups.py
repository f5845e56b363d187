"""Who is woken by which notice."""

from backend.api.live.notices import Changed, Notice, Thrown, Unknown, address, parse
from backend.api.live.wakeups import Wakeups


def test_a_change_wakes_those_who_wait_for_that_incident() -> None:
    wakeups = Wakeups()
    first, second, other = (wakeups.subscribe(name) for name in ("inc-1", "inc-1", "inc-2"))

    wakeups.tell(Changed("inc-1"))

    assert (first.is_set(), second.is_set(), other.is_set()) == (True, True, False)


def test_when_anything_may_have_happened_everybody_looks() -> None:
    wakeups = Wakeups()
    waiting = [wakeups.subscribe(name) for name in ("inc-1", "inc-2")]

    wakeups.tell(Unknown())

    assert all(news.is_set() for news in waiting)


def test_who_stopped_waiting_is_not_woken() -> None:
    wakeups = Wakeups()
    news = wakeups.subscribe("inc-1")

    wakeups.unsubscribe("inc-1", news)
    wakeups.tell(Changed("inc-1"))

    assert not news.is_set()


def test_a_watcher_is_told_everything() -> None:
    wakeups = Wakeups()
    told: list[Notice] = []
    wakeups.watch(told.append)
    notices: list[Notice] = [Changed("inc-1"), Thrown("default"), Unknown()]

    for notice in notices:
        wakeups.tell(notice)

    assert told == notices


def test_notices_survive_the_way() -> None:
    for notice in (Changed("inc-1"), Thrown("default"), Unknown()):
        assert parse(*address(notice)) == notice


def test_the_number_that_postgresql_adds_is_not_needed() -> None:
    assert parse("sre_events", "inc-1:7") == Changed("inc-1")
