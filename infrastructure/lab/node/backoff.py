"""How long to wait before trying again: longer each time, and short again after a good while."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BackoffLimits:
    """The first and the longest wait, in seconds."""

    base_s: float = 1.0
    max_s: float = 10.0

    @property
    def reset_after_s(self) -> float:
        """A container that ran this long starts over with the first wait."""
        return 2 * self.max_s


class Backoff:
    """The waits of one container."""

    def __init__(self, limits: BackoffLimits, *, first_is_free: bool) -> None:
        self._limits = limits
        self._first_is_free = first_is_free
        self._failures = 0

    def next_wait_s(self, ran_s: float = 0.0) -> float:
        """Return the seconds to wait after a run of `ran_s` seconds; the first may be none."""
        if ran_s >= self._limits.reset_after_s:
            self._failures = 0
        step = self._failures - (1 if self._first_is_free else 0)
        self._failures += 1
        if step < 0:
            return 0.0
        # The exponent is bounded because a float overflows long before a pod stops crashing.
        return float(min(self._limits.max_s, self._limits.base_s * 2 ** min(step, 32)))


def written(seconds: float) -> str:
    """Write a wait as the kubelet does: 10s, 1m20s, 5m0s."""
    minutes, rest = divmod(seconds, 60)
    if minutes:
        return f"{int(minutes)}m{rest:g}s"
    return f"{rest:g}s" if rest >= 1 or rest == 0 else f"{rest * 1000:g}ms"
