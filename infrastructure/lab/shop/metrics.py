"""Count and time things, and write them in the Prometheus text format."""

import threading
from collections.abc import Sequence

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def labelled(names: Sequence[str], values: Sequence[str]) -> str:
    """Write label pairs as they stand between braces."""
    pairs = zip(names, values, strict=True)
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Counter:
    """A family of numbers that only grow."""

    def __init__(self, name: str, help_text: str, labels: tuple[str, ...]) -> None:
        """Name the family and its labels."""
        self._name, self._help, self._labels = name, help_text, labels
        self._lock = threading.Lock()
        self._values: dict[tuple[str, ...], float] = {}

    def add(self, *values: str, amount: float = 1.0) -> None:
        """Add to the number that has these label values."""
        with self._lock:
            self._values[values] = self._values.get(values, 0.0) + amount

    def lines(self) -> list[str]:
        """Return the family as lines of the text format."""
        with self._lock:
            items = sorted(self._values.items())
        head = [f"# HELP {self._name} {self._help}", f"# TYPE {self._name} counter"]
        return head + [
            f"{self._name}{{{labelled(self._labels, key)}}} {value:g}" for key, value in items
        ]


class Histogram:
    """A family of distributions of durations in seconds."""

    def __init__(self, name: str, help_text: str, labels: tuple[str, ...]) -> None:
        """Name the family and its labels."""
        self._name, self._help, self._labels = name, help_text, labels
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, ...], list[int]] = {}
        self._sums: dict[tuple[str, ...], float] = {}

    def observe(self, *values: str, seconds: float) -> None:
        """Count one duration."""
        with self._lock:
            counts = self._counts.setdefault(values, [0] * (len(BUCKETS_S) + 1))
            for index, bound in enumerate(BUCKETS_S):
                if seconds <= bound:
                    counts[index] += 1
            counts[-1] += 1
            self._sums[values] = self._sums.get(values, 0.0) + seconds

    def lines(self) -> list[str]:
        """Return the family as lines of the text format."""
        with self._lock:
            items = [(key, list(counts), self._sums[key]) for key, counts in self._counts.items()]
        result = [f"# HELP {self._name} {self._help}", f"# TYPE {self._name} histogram"]
        for key, counts, total in sorted(items):
            labels = labelled(self._labels, key)
            bounds = [*map(str, BUCKETS_S), "+Inf"]
            for bound, count in zip(bounds, counts, strict=True):
                result.append(f'{self._name}_bucket{{{labels},le="{bound}"}} {count}')
            result.append(f"{self._name}_sum{{{labels}}} {total:.6f}")
            result.append(f"{self._name}_count{{{labels}}} {counts[-1]}")
        return result
