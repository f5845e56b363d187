"""When a message is tried again: a small table of numbers and one pure function."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class RetryPolicy:
    """Waits double from `first_wait_s` to `longest_wait_s` (seconds); `max_attempts` ends it.

    The defaults try for about half an hour: a chat system's restart, not a weekend.
    """

    first_wait_s: float = 2
    longest_wait_s: float = 300
    max_attempts: int = 12

    def next_wait_s(self, attempts: int) -> float | None:
        """Return how long to wait after that many failed attempts, or None to give up."""
        if attempts >= self.max_attempts:
            return None
        return min(math.ldexp(self.first_wait_s, attempts - 1), self.longest_wait_s)
