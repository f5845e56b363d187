"""How right the causes that were named turned out to be, and whether the stated confidence was fair.

The table is a reliability diagram in rows: of the causes named with about 80 % confidence, about 80 %
should turn out right. The Brier score is the mean squared difference between what was stated and
what was true (Brier, Monthly Weather Review 78, 1950): 0 is perfect, 0.25 is a coin. The bounds of a
share are Wilson's 95 % interval (Journal of the American Statistical Association 22, 1927), which is
honest about few cases.
"""

import itertools
import math
from collections.abc import Iterable, Sequence

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Value
from sre_agent.domain.observations.memory import NamedCause, Outcome, PastVerdict
from sre_agent.domain.verdict import Judgement

EDGES = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Of the rows of the table; nothing below the first acting threshold is named."""
_Z = 1.96


class Named(Value):
    """One past incident, as far as it tells how right we were."""

    cause: NamedCause | None
    confidence: float | None
    outcome: Outcome
    verdict: PastVerdict | None

    @property
    def is_right(self) -> bool | None:
        """Return whether the cause was the cause; None where nobody and nothing has said so.

        A person's verdict stands above what verification saw.
        """
        if self.cause is None:
            return None
        if self.verdict is not None:
            return self.verdict.judgement is Judgement.RIGHT
        return {Outcome.RESOLVED: True, Outcome.NOT_RESOLVED: False}.get(self.outcome)


class ClassScore(Value):
    """How often a class of fault was named, and what became of it.

    `missed` counts incidents of which a person said that it was this, when something else or
    nothing was named.
    """

    fault_class: FaultClass
    named: int
    confirmed: int
    wrong: int
    unjudged: int
    missed: int


class Reliability(Value):
    """Causes named with a confidence from `low` up to `high`, and the share that was right.

    The bounds and the share are None without a judged case.
    """

    low: float
    high: float
    judged: int
    right: int
    stated: float | None
    share: float | None
    share_low: float | None
    share_high: float | None


class Learned(Value):
    """What past incidents say of our judgement; `brier` is None without a judged case."""

    incidents: int
    judged: int
    classes: tuple[ClassScore, ...]
    reliability: tuple[Reliability, ...]
    brier: float | None


def learn(past: Sequence[Named]) -> Learned:
    """Return the scores of an organization's past incidents."""
    judged = [(item.confidence or 0.0, item.is_right) for item in past if item.is_right is not None]
    known = [(stated, bool(right)) for stated, right in judged]
    return Learned(
        incidents=len(past),
        judged=len(known),
        classes=tuple(_score(fault_class, past) for fault_class in sorted(_classes(past))),
        reliability=tuple(
            _reliability(known, low, high) for low, high in itertools.pairwise(EDGES)
        ),
        brier=sum((stated - right) ** 2 for stated, right in known) / len(known) if known else None,
    )


def _classes(past: Iterable[Named]) -> set[FaultClass]:
    causes = [cause for item in past for cause in (item.cause, _actual(item)) if cause]
    return {cause.fault_class for cause in causes}


def _actual(item: Named) -> NamedCause | None:
    return item.verdict.actual if item.verdict else None


def _score(fault_class: FaultClass, past: Sequence[Named]) -> ClassScore:
    named = [item for item in past if _is(item.cause, fault_class)]
    missed = [
        item
        for item in past
        if _is(_actual(item), fault_class) and not _is(item.cause, fault_class)
    ]
    rights = [item.is_right for item in named]
    return ClassScore(
        fault_class=fault_class,
        named=len(named),
        confirmed=rights.count(True),
        wrong=rights.count(False),
        unjudged=rights.count(None),
        missed=len(missed),
    )


def _is(cause: NamedCause | None, fault_class: FaultClass) -> bool:
    return cause is not None and cause.fault_class is fault_class


def _reliability(known: Sequence[tuple[float, bool]], low: float, high: float) -> Reliability:
    inside = [
        (stated, right) for stated, right in known if low <= stated < high or stated == high == 1
    ]
    count, right = len(inside), sum(right for _, right in inside)
    bounds = _wilson(right, count) if count else (None, None)
    return Reliability(
        low=low,
        high=high,
        judged=count,
        right=right,
        stated=sum(stated for stated, _ in inside) / count if count else None,
        share=right / count if count else None,
        share_low=bounds[0],
        share_high=bounds[1],
    )


def _wilson(right: int, count: int) -> tuple[float, float]:
    share, z2 = right / count, _Z**2
    middle = share + z2 / (2 * count)
    spread = _Z * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    whole = 1 + z2 / count
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)
