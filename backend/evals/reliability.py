"""Whether stated confidence comes true: reliability bins and the expected calibration error.

Guo et al., "On Calibration of Modern Neural Networks" (2017): answers are put into bins of equal
width by confidence; the error is the mean distance between confidence and the share that was right,
weighed by how many answers a bin has.
"""

from collections.abc import Iterable
from dataclasses import dataclass

BINS = 10


@dataclass(frozen=True)
class Answer:
    """One answer that was given: how sure, and whether it was right."""

    confidence: float
    is_right: bool


@dataclass(frozen=True)
class Bin:
    """The answers of one width of confidence."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def bins(answers: Iterable[Answer], count: int = BINS) -> tuple[Bin, ...]:
    """Return the bins that hold any answer, the least sure first."""
    sorted_in: dict[int, list[Answer]] = {}
    for answer in answers:
        sorted_in.setdefault(min(int(answer.confidence * count), count - 1), []).append(answer)
    return tuple(
        Bin(
            low=number / count,
            high=(number + 1) / count,
            count=len(found),
            confidence=sum(item.confidence for item in found) / len(found),
            accuracy=sum(item.is_right for item in found) / len(found),
        )
        for number, found in sorted(sorted_in.items())
    )


def expected_error(answers: Iterable[Answer]) -> float | None:
    """Return the expected calibration error between 0 and 1, or None without any answer."""
    found = bins(answers)
    total = sum(item.count for item in found)
    if not total:
        return None
    return sum(item.count * abs(item.confidence - item.accuracy) for item in found) / total
