"""The Numenta Anomaly Benchmark's score (Lavin and Ahmad, ICMLA 2015), standard profile.

Each window that a detector hits counts once, more the earlier it is hit; each alarm outside costs,
less shortly after a window. One threshold serves all series: the one with the best score. 0 is a
detector that never speaks, 100 one that hits every window at its first sample and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sre_agent.domain.telemetry import Floats

FALSE_ALARM = 0.11
"""What an alarm outside of all windows costs at most."""
PROBATION = 0.15
PROBATION_ROWS = 5000
"""The share of a series that is not scored, of so many rows at most."""
FAR = 3.0
"""So many widths after a window an alarm costs in full."""
_STEEPNESS = 5.0

Window = tuple[int, int]
"""The first and the last row of an anomaly."""


@dataclass(frozen=True, eq=False)
class Scored:
    """A detector's scores of one series, and where its anomalies are."""

    scores: Floats
    windows: Sequence[Window]


def probation(count: int) -> int:
    """Return how many rows at the start of a series only teach."""
    return int(min(PROBATION * count, PROBATION * PROBATION_ROWS))


def standard_score(series: Iterable[Scored]) -> tuple[float, float]:
    """Return the score at its best threshold, and that threshold.

    Raises:
        ValueError: No series has an anomaly.
    """
    found = list(series)
    windows = sum(len(item.windows) for item in found)
    if not windows:
        raise ValueError("a score needs an anomaly at least")
    scores, worths, owners = _joined(found)
    order = np.argsort(-scores, kind="stable")
    scores, worths, owners = scores[order], worths[order], owners[order]
    alarms = np.cumsum(np.where(owners < 0, worths, 0.0))
    hits = np.cumsum(_gains(worths, owners))
    ends = np.flatnonzero(np.append(np.diff(scores) != 0.0, [True]))
    totals = (alarms + hits)[ends]
    best = int(np.argmax(totals))
    if totals[best] <= 0.0:
        return 0.0, float("inf")
    return 100.0 * float(totals[best]) / (2.0 * windows), float(scores[ends[best]])


def _joined(series: Sequence[Scored]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return all scored rows: score, worth, and the window each is in, -1 outside."""
    parts: list[tuple[Floats, Floats, NDArray[np.int64]]] = []
    passed = 0
    for item in series:
        first = probation(len(item.scores))
        worths, owners = _worth(len(item.scores), item.windows)
        owners = np.where(owners >= 0, owners + passed, -1)
        parts.append((item.scores[first:], worths[first:], owners[first:]))
        passed += len(item.windows)
    return (
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
    )


def _worth(count: int, windows: Sequence[Window]) -> tuple[Floats, NDArray[np.int64]]:
    """Return what an alarm is worth at each row, and the window that the row is in."""
    worths, owners = np.full(count, -FALSE_ALARM), np.full(count, -1, dtype=np.int64)
    highest = float(_sigmoid(np.array([-1.0]))[0])
    ordered = sorted(windows)
    for number, (first, last) in enumerate(ordered):
        width = last - first + 1
        inside = np.arange(first, last + 1)
        worths[inside] = _sigmoid((inside - last - 1) / width) / highest
        owners[inside] = number
        until = ordered[number + 1][0] if number + 1 < len(ordered) else count
        after = np.arange(last + 1, until)
        worths[after] = FALSE_ALARM * _sigmoid((after - last) / max(width - 1, 1))
    return worths, owners


def _sigmoid(position: Floats) -> Floats:
    falling = 2.0 / (1.0 + np.exp(_STEEPNESS * np.minimum(position, FAR))) - 1.0
    return np.where(position > FAR, -1.0, falling)


def _gains(worths: Floats, owners: NDArray[np.int64]) -> Floats:
    """Return how much each row adds to its window: from a miss, -1, which is made 0, to its worth."""
    gains, best = np.zeros(len(worths)), dict[int, float]()
    for place in np.flatnonzero(owners >= 0).tolist():
        owner, worth = int(owners[place]), float(worths[place])
        before = best.get(owner, -1.0)
        if worth > before:
            gains[place] = worth - before
            best[owner] = worth
    return gains
