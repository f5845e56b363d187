"""How much likelier a count is under a rate of its own than under the rate of healthier times."""

import math


def rate(times: int, of: int) -> float:
    """Return how often something happens where it could, never quite 0 nor 1 (Jeffreys)."""
    return (times + 0.5) / (of + 1.0)


def ratio(times: int, of: int, before: float) -> float:
    """Return the log-likelihood ratio of a count against the rate before, 0 where it is not higher."""
    own = rate(times, of)
    if own <= before:
        return 0.0
    missed = of - times
    return times * math.log(own / before) + missed * math.log((1.0 - own) / (1.0 - before))
