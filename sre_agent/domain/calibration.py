"""The map from evidence that was added up to a probability that keeps what it promises.

Findings are no independent witnesses, so that their sum is too sure of itself or not enough. A
monotone map with two numbers, fitted on labelled incidents, mends that and leaves the order as it is
(J. Platt, "Probabilistic outputs for support vector machines", 1999).
"""

import math

from pydantic import Field

from sre_agent.domain.model import Value

_LEAST = 1e-9
_MOST_LOG_ODDS = 700.0


class Calibration(Value):
    """The map: `slope` is above zero, `intercept` in log-odds. The default takes evidence at its word."""

    slope: float = Field(default=1.0, gt=0)
    intercept: float = 0.0

    def probability(self, log_odds: float) -> float:
        """Return how often a cause with so much for it is the right one, between 0 and 1."""
        value = self.intercept + self.slope * log_odds
        return 1.0 / (1.0 + math.exp(-max(min(value, _MOST_LOG_ODDS), -_MOST_LOG_ODDS)))

    def log_odds(self, probability: float) -> float:
        """Return what a probability was made of; 0 and 1 are taken as nearly so."""
        inside = min(max(probability, _LEAST), 1.0 - _LEAST)
        return (math.log(inside / (1.0 - inside)) - self.intercept) / self.slope
