"""Causes that compete: what each has for it against all others, and against one nobody thought of."""

import math
from collections.abc import Sequence
from itertools import accumulate


def against_rivals(scores: Sequence[float]) -> tuple[float, ...]:
    """Return the log-odds of each cause as the one right among all, or none of them.

    The scores are the log-odds of each by itself; what is added is Bayes' rule over them and a cause
    that is not among them, whose odds are even.
    """
    odds = [math.exp(score) for score in scores]
    before = [0.0, *accumulate(odds)]
    after = [*reversed([0.0, *accumulate(reversed(odds))])]
    return tuple(
        score - math.log(1.0 + before[index] + after[index + 1])
        for index, score in enumerate(scores)
    )
