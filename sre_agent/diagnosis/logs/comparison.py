"""What is new or bursts in logs: the templates of a window held against those of a baseline."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.logs.templates import Miner

PRIOR_COUNT = 0.5
"""What is added to every count, so that what was never seen has a finite ratio (Jeffreys)."""
MAX_SAMPLE = 300


@dataclass(frozen=True, slots=True)
class Change:
    """How often a template came, in a window and in its baseline.

    `surprise` is the natural log-likelihood ratio (Dunning, 1993) of the two rates, above zero where
    the window has more of it: it grows with how many times as often, and with how often at all.
    """

    text: str
    sample: str
    count: int
    count_before: int
    surprise: float

    @property
    def is_new(self) -> bool:
        """Return whether the baseline did not have it at all."""
        return self.count_before == 0


def compare(
    window: Sequence[str], baseline: Sequence[str], exposure: float = 1.0
) -> tuple[Change, ...]:
    """Return the templates of a window, the most surprising first.

    Args:
        window: the lines in question.
        baseline: the lines of a time when all was well; none makes everything new.
        exposure: how many times as long the baseline is as the window.
    """
    miner = Miner()
    provisional_before = [miner.add(line) for line in baseline]
    provisional = [miner.add(line) for line in window]
    before = Counter(miner.resolve(number) for number in provisional_before)
    now: dict[int, list[str]] = {}
    for number, line in zip(provisional, window, strict=True):
        now.setdefault(miner.resolve(number), []).append(line)
    changes = (
        Change(
            text=miner.template(number).text,
            sample=lines[0][:MAX_SAMPLE],
            count=len(lines),
            count_before=before[number],
            surprise=surprise(len(lines), before[number], exposure),
        )
        for number, lines in now.items()
    )
    return tuple(sorted(changes, key=lambda item: (-item.surprise, item.text)))


def surprise(count: int, count_before: int, exposure: float = 1.0) -> float:
    """Return the signed log-likelihood ratio of two Poisson counts, in nats.

    Args:
        count: how often now.
        count_before: how often before.
        exposure: how many times as long one looked before; above zero.
    """
    now, before = count + PRIOR_COUNT, count_before + PRIOR_COUNT
    expected = (now + before) / (1 + exposure)
    ratio = now * math.log(now / expected) + before * math.log(before / (expected * exposure))
    return math.copysign(ratio, now - expected)


def best_line(changes: Iterable[Change]) -> str | None:
    """Return the line that best explains: of what is new or bursts the most surprising."""
    return next((item.sample for item in changes if item.surprise > 0), None)
