"""The store keeps entries in order of time, within its bounds."""

from hypothesis import given
from hypothesis import strategies as st

from infrastructure.lab.logs.store import ENTRY_OVERHEAD_BYTES, Bounds, Store

S = 10**9
NOW_NS = 10_000 * S
KEY = (("app", "a"),)
OTHER = (("app", "b"),)


class Moment:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.ns = NOW_NS

    def __call__(self) -> int:
        return self.ns


def times(store: Store) -> list[int]:
    return sorted(at for stream in store.streams for at in stream.times)


def test_entries_that_come_late_take_their_place() -> None:
    store = Store(Bounds(100 * S, 100, 2**20), Moment())

    for at in (3, 1, 2):
        store.add(KEY, NOW_NS + at, f"line {at}", ())

    (stream,) = store.streams
    assert stream.lines == ["line 1", "line 2", "line 3"]
    assert list(stream.times) == [NOW_NS + 1, NOW_NS + 2, NOW_NS + 3]


def test_the_same_entry_is_kept_once_but_others_of_its_moment_are_kept_too() -> None:
    store = Store(Bounds(100 * S, 100, 2**20), Moment())

    for line in ("a", "b", "a"):
        store.add(KEY, NOW_NS, line, ())
    store.add(KEY, NOW_NS, "a", (("trace_id", "1"),))

    assert store.entries == 3


def test_entries_leave_when_they_are_too_old_and_streams_with_them() -> None:
    clock = Moment()
    store = Store(Bounds(100 * S, 100, 2**20), clock)
    store.add(KEY, NOW_NS - 101 * S, "came too late", ())
    store.add(KEY, NOW_NS - 90 * S, "old", ())
    store.add(OTHER, NOW_NS, "new", ())

    clock.ns += 20 * S
    store.expire()

    assert [stream.key for stream in store.streams] == [OTHER]
    assert (store.entries, store.size_bytes) == (1, 3 + ENTRY_OVERHEAD_BYTES)


@given(
    st.lists(
        st.tuples(st.sampled_from([KEY, OTHER]), st.integers(0, 50), st.text(max_size=200)),
        max_size=120,
    )
)
def test_bounds_hold_after_every_entry_and_only_the_oldest_go(
    entries: list[tuple[tuple[tuple[str, str], ...], int, str]],
) -> None:
    bounds = Bounds(100 * S, 30, 5000)
    store = Store(bounds, Moment())
    newest = 0

    for key, at, line in entries:
        store.add(key, NOW_NS + at, line, ())
        newest = max(newest, at)
        assert store.entries <= bounds.max_entries
        assert store.size_bytes <= bounds.max_bytes
        held = times(store)
        assert store.entries == len(held)
        assert not held or held[-1] <= NOW_NS + newest
        assert store.size_bytes == sum(
            len(text) + ENTRY_OVERHEAD_BYTES for one in store.streams for text in one.lines
        )


def test_making_room_takes_from_the_oldest_of_all_streams() -> None:
    store = Store(Bounds(100 * S, 10, 2**20), Moment())
    for at in range(10):
        store.add(KEY if at % 2 else OTHER, NOW_NS + at, "x", ())

    store.add(KEY, NOW_NS + 10, "x", ())

    assert times(store) == [NOW_NS + at for at in range(1, 11)]
