"""One thing that speaks for a change or against it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for a change (above zero) or against it, in log-odds, by the name of its rule."""

    rule: str
    weight: float
    statement: str
