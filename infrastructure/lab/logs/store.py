"""Entries in memory: a stream per label set, the oldest dropped when time or space runs out."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Pairs = tuple[tuple[str, str], ...]

# What Python needs for an entry beside its text: the string's head and two list slots.
ENTRY_OVERHEAD_BYTES: Final = 80
# Dropping a little more than needed keeps the dropping rare.
_SPARE_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is kept at most."""

    retention_ns: int
    max_entries: int
    max_bytes: int


class Stream:
    """The entries of one label set in order of time, as parallel columns."""

    __slots__ = ("key", "labels", "lines", "metadata", "size_bytes", "times")

    def __init__(self, key: Pairs) -> None:
        self.key = key
        self.labels: Mapping[str, str] = dict(key)
        self.times = array("q")
        self.lines: list[str] = []
        self.metadata: list[Pairs] = []
        self.size_bytes = 0

    def add(self, time_ns: int, line: str, metadata: Pairs) -> bool:
        """Insert an entry at its time; return False when it is there already."""
        at = bisect_right(self.times, time_ns)
        before = at - 1
        while before >= 0 and self.times[before] == time_ns:
            if self.lines[before] == line and self.metadata[before] == metadata:
                return False
            before -= 1
        self.times.insert(at, time_ns)
        self.lines.insert(at, line)
        self.metadata.insert(at, metadata)
        self.size_bytes += len(line) + ENTRY_OVERHEAD_BYTES
        return True

    def span(self, start_ns: int, end_ns: int) -> range:
        """Return the indices of the entries with `start <= time < end`."""
        return range(bisect_left(self.times, start_ns), bisect_left(self.times, end_ns))

    def drop_before(self, time_ns: int) -> None:
        """Forget what is older than a moment."""
        count = bisect_left(self.times, time_ns)
        if count:
            gone = sum(map(len, self.lines[:count]))
            self.size_bytes -= gone + count * ENTRY_OVERHEAD_BYTES
            del self.times[:count], self.lines[:count], self.metadata[:count]


class Store:
    """All streams. Not thread-safe: one event loop owns it."""

    def __init__(self, bounds: Bounds, clock: Callable[[], int]) -> None:
        self._bounds = bounds
        self._clock = clock
        self._streams: dict[Pairs, Stream] = {}
        self._metadata: dict[Pairs, Pairs] = {}
        self.entries = 0
        self.size_bytes = 0

    @property
    def streams(self) -> Iterable[Stream]:
        """Every stream that holds something."""
        return self._streams.values()

    def now(self) -> int:
        """Return the time in nanoseconds since 1970."""
        return self._clock()

    def add(self, labels: Pairs, time_ns: int, line: str, metadata: Pairs) -> None:
        """Keep an entry, unless it is older than what is kept or already there.

        Args:
            labels: sorted by name; they make up the stream's identity.
            time_ns: nanoseconds since 1970.
            line: the text without its line end.
            metadata: sorted by name; belongs to this entry alone.
        """
        if time_ns < self._clock() - self._bounds.retention_ns:
            return
        stream = self._streams.get(labels)
        if stream is None:
            stream = self._streams[labels] = Stream(labels)
        metadata = self._metadata.setdefault(metadata, metadata)
        if stream.add(time_ns, line, metadata):
            self.entries += 1
            self.size_bytes += len(line) + ENTRY_OVERHEAD_BYTES
            if self._is_over():
                self._make_room()

    def select(self, test: Callable[[Mapping[str, str]], bool]) -> Sequence[Stream]:
        """Return the streams whose labels pass, ordered by their labels."""
        found = [stream for stream in self._streams.values() if test(stream.labels)]
        return sorted(found, key=lambda stream: stream.key)

    def expire(self) -> None:
        """Forget what is older than the retention."""
        self._drop_before(self._clock() - self._bounds.retention_ns)

    def _is_over(self) -> bool:
        return self.entries > self._bounds.max_entries or self.size_bytes > self._bounds.max_bytes

    def _make_room(self) -> None:
        self.expire()
        while self._is_over() and self.entries:
            excess = max(1, int(self.entries * _SPARE_SHARE))
            self._drop_before(self._time_of(excess))

    def _time_of(self, count: int) -> int:
        # The moment before which `count` entries lie, over all streams, found by halving.
        low = min(stream.times[0] for stream in self._streams.values())
        high = max(stream.times[-1] for stream in self._streams.values()) + 1
        while high - low > 1:
            middle = (low + high) // 2
            older = sum(bisect_left(stream.times, middle) for stream in self._streams.values())
            low, high = (low, middle) if older >= count else (middle, high)
        return high

    def _drop_before(self, time_ns: int) -> None:
        for key, stream in list(self._streams.items()):
            stream.drop_before(time_ns)
            if not stream.lines:
                del self._streams[key]
        self.entries = sum(len(stream.lines) for stream in self._streams.values())
        self.size_bytes = sum(stream.size_bytes for stream in self._streams.values())
        if len(self._metadata) > self.entries:
            self._metadata.clear()  # it only saves memory; the streams hold what they use
