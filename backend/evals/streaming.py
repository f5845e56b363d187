"""Noticing, sample by sample, that a series does what it has not done lately.

A sample stands out by how far the mean of the newest samples is from the mean of those before, at
several time scales (Page, "Continuous inspection schemes", Biometrika 41, 1954, with windows in place of
sums), against the largest such distance in the recent past: a record is judged by the series' own
records, as in conformal detection (Laxhammar and Falkman 2011), so that nothing is trained or scaled.
"""

from collections import deque

SCALES = (1, 12, 24)
"""Samples whose mean is compared: a spike, a step, a slow change."""
REFERENCE = 288
"""Samples before them that say what was; a day of five-minute samples."""
RECORD = 1.05
"""A distance this many times the recent record is an alarm."""
HOLD_SHARE = 0.2
"""After an alarm, this share of the memory passes before the next: one change is one alarm."""
RESOLUTION = 1e-9
"""Distances below this share of the level are rounding."""


class _Shift:
    """The distance of two neighbouring means, kept up in constant time, and its recent record."""

    def __init__(self, width: int, memory: int) -> None:
        self._newest = deque[float]()
        self._before = deque[float]()
        self._width, self._memory = width, memory
        self._records = deque[tuple[int, float]]()
        self._sums = [0.0, 0.0]
        self._seen = 0

    def push(self, value: float) -> float:
        """Take a sample in, and return its distance in units of the record before it."""
        self._move(value)
        distance = self._distance()
        record = self._records[0][1] if self._records else 0.0
        self._remember(distance)
        if record > 0.0:
            return distance / record
        return 1.0 if distance > 0.0 else 0.0

    def _move(self, value: float) -> None:
        self._newest.append(value)
        self._sums[0] += value
        if len(self._newest) <= self._width:
            return
        passed = self._newest.popleft()
        self._before.append(passed)
        self._sums[0] -= passed
        self._sums[1] += passed
        if len(self._before) > REFERENCE:
            self._sums[1] -= self._before.popleft()

    def _distance(self) -> float:
        if not self._before:
            return 0.0
        now, then = self._sums[0] / len(self._newest), self._sums[1] / len(self._before)
        distance = abs(now - then)
        return distance if distance > RESOLUTION * max(abs(now), abs(then)) else 0.0

    def _remember(self, distance: float) -> None:
        """Keep the distances that are the largest of what follows them, the oldest first."""
        while self._records and self._records[-1][1] <= distance:
            self._records.pop()
        self._records.append((self._seen, distance))
        self._seen += 1
        if self._records[0][0] <= self._seen - 1 - self._memory:
            self._records.popleft()


class StreamDetector:
    """Scores the samples of one series as they come, in constant time and bounded memory."""

    def __init__(self, memory: int) -> None:
        """Start without having seen anything.

        Args:
            memory: how many samples count as lately; the first so many only teach.

        Raises:
            ValueError: The memory is shorter than one sample.
        """
        if memory < 1:
            raise ValueError(f"a detector remembers at least one sample, not {memory}")
        self._shifts = [_Shift(width, memory) for width in SCALES]
        self._memory, self._seen = memory, 0
        self._quiet_until = 0

    def push(self, value: float) -> float:
        """Take a sample in, and return how unusual it is.

        Args:
            value: the sample; one that is not a number is passed over.

        Returns:
            Its distance in units of the recent record: from `RECORD` on it is an alarm. 0 while the
            detector learns, and for a while after an alarm.
        """
        self._seen += 1
        if value != value:  # noqa: PLR0124 - the cheapest test for NaN, in a hot loop
            return 0.0
        score = max([shift.push(value) for shift in self._shifts])
        if self._seen <= max(self._memory, self._quiet_until):
            return 0.0
        if score >= RECORD:
            self._quiet_until = self._seen + int(HOLD_SHARE * self._memory)
        return score
