"""How many requests a caller has: so many an hour, and a pause for who is too hasty."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from infrastructure.lab.forge.errors import RefusalError

WINDOW_S = 3600
DEFAULT_LIMIT = 5000


@dataclass
class _Budget:
    resets_at_s: int
    used: int = 0


@dataclass
class Limits:
    """The budgets of all callers; times in seconds since the epoch."""

    limit: int = DEFAULT_LIMIT
    """Requests an hour, of each caller."""
    clock: Callable[[], float] = time.time
    pause_until_s: float = 0.0
    """Until then everybody is told to slow down: the secondary limit."""
    _budgets: dict[str, _Budget] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, token: str) -> dict[str, str]:
        """Count a request; return the headers that tell what is left.

        Raises:
            RefusalError: 403 with those headers when nothing is, or with `retry-after` in a pause.
        """
        now_s = self.clock()
        with self._lock:
            budget = self._of(token, now_s)
            if budget.used >= self.limit:
                raise RefusalError(
                    403, "API rate limit exceeded for this token.", headers=self._headers(budget)
                )
            if now_s < self.pause_until_s:
                wait_s = str(int(self.pause_until_s - now_s) + 1)
                message = "You have exceeded a secondary rate limit. Please wait a few minutes."
                headers = {"retry-after": wait_s, **self._headers(budget)}
                raise RefusalError(403, message, headers=headers)
            budget.used += 1
            return self._headers(budget)

    def told(self, token: str) -> dict[str, int]:
        """Return limit, used, remaining and reset of a caller; that costs nothing."""
        with self._lock:
            return self._numbers(self._of(token, self.clock()))

    def set(self, limit: int | None, remaining: int | None, pause_s: float | None) -> None:
        """Give all callers another limit, leave them so many requests, or have them wait."""
        with self._lock:
            if limit is not None:
                self.limit = limit
            if remaining is not None:
                for budget in self._budgets.values():
                    budget.used = max(0, self.limit - remaining)
            if pause_s is not None:
                self.pause_until_s = self.clock() + pause_s

    def _of(self, token: str, now_s: float) -> _Budget:
        budget = self._budgets.get(token)
        if budget is None or now_s >= budget.resets_at_s:
            budget = self._budgets[token] = _Budget(int(now_s) + WINDOW_S)
        return budget

    def _numbers(self, budget: _Budget) -> dict[str, int]:
        return {
            "limit": self.limit,
            "remaining": max(0, self.limit - budget.used),
            "used": budget.used,
            "reset": budget.resets_at_s,
        }

    def _headers(self, budget: _Budget) -> dict[str, str]:
        numbers = {f"x-ratelimit-{name}": str(n) for name, n in self._numbers(budget).items()}
        return {**numbers, "x-ratelimit-resource": "core"}
