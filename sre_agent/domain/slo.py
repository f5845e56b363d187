"""What a service promises, and how it stands with its promise."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sre_agent.domain.model import Value

DAY_S = 86_400.0
WINDOW_DAYS_MAX = 30


class SloKind(StrEnum):
    """What is promised."""

    AVAILABILITY = "availability"
    """At least this share of the requests succeeds."""
    ERROR_RATE = "error_rate"
    """At most this share of the requests fails."""
    LATENCY = "latency"
    """At least this share of the requests is answered within the threshold."""


class BudgetStatus(StrEnum):
    """How an error budget stands, in one word."""

    NO_DATA = "no_data"
    HEALTHY = "healthy"
    WARNING = "warning"
    SLOW_BURN = "slow_burn"
    FAST_BURN = "fast_burn"
    EXHAUSTED = "exhausted"


Name = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9][-A-Za-z0-9._]*$")]
"""How Kubernetes and Prometheus spell namespaces and services."""


class Objective(Value):
    """One promise of one service. Shares are between 0 and 1."""

    id: str = Field(pattern=r"^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$", examples=["shop-answers"])
    namespace: Name
    service: Name
    tier: int = Field(default=3, ge=1, le=4, description="1 for what matters most.")
    kind: SloKind
    target: float = Field(
        gt=0.0,
        lt=1.0,
        description="The share that has to be good, such as 0.999; of an error_rate the share that "
        "may fail, such as 0.001.",
    )
    threshold_s: float | None = Field(
        default=None, gt=0.0, le=3600.0, description="Seconds; for latency, and only there."
    )
    window_days: int = Field(default=WINDOW_DAYS_MAX, ge=1, le=WINDOW_DAYS_MAX)

    @model_validator(mode="after")
    def _check_threshold(self) -> Self:
        if (self.kind is SloKind.LATENCY) != (self.threshold_s is not None):
            raise ValueError("threshold_s (in seconds) is needed for latency, and only there")
        return self

    @property
    def allowed(self) -> float:
        """Return the share of requests that may be bad."""
        # Rounded, or 1 - 0.999 would be 0.0010000000000000009.
        return self.target if self.kind is SloKind.ERROR_RATE else round(1.0 - self.target, 12)

    @property
    def window_s(self) -> float:
        """Return the time over which it is promised, in seconds."""
        return self.window_days * DAY_S

    def says(self) -> str:
        """Return the promise in words."""
        share = f"{100.0 * self.target:.10g} %"
        days = "1 day" if self.window_days == 1 else f"{self.window_days} days"
        match self.kind:
            case SloKind.AVAILABILITY:
                return f"{share} of requests succeed over {days}"
            case SloKind.ERROR_RATE:
                return f"at most {share} of requests fail over {days}"
            case SloKind.LATENCY:
                return f"{share} of requests take at most {self.threshold_s:g} s over {days}"


class Burns(Value):
    """How many times faster than allowed the budget goes, over each window; null without requests."""

    over_5m: float | None
    over_30m: float | None
    over_1h: float | None
    over_6h: float | None
    over_3d: float | None


class Standing(Value):
    """How an objective stands.

    `remaining` is the share of the budget that is left: 1 is all of it, 0 none, below 0 it is
    overspent. `exhausted_in_s` is when nothing is left if the last hour's rate goes on; null while
    that rate is no faster than allowed. `is_fast` and `is_slow` are null where nobody can tell.
    """

    requests: float | None
    bad: float | None
    covered: float = Field(description="The share of the window in which anything was counted.")
    remaining: float | None
    burns: Burns
    exhausted_in_s: float | None
    is_fast: bool | None
    is_slow: bool | None

    def status(self) -> BudgetStatus:
        """Return how it stands in one word, the most urgent first."""
        if self.is_fast:
            return BudgetStatus.FAST_BURN
        if self.is_slow:
            return BudgetStatus.SLOW_BURN
        if self.remaining is None:
            return BudgetStatus.NO_DATA
        if self.remaining <= 0.0:
            return BudgetStatus.EXHAUSTED
        return BudgetStatus.WARNING if self.is_low else BudgetStatus.HEALTHY

    @property
    def is_low(self) -> bool:
        """Return whether a fifth of the budget or less is known to be left."""
        return self.remaining is not None and self.remaining <= LOW


LOW = 0.2
"""So much of the budget left calls for attention."""
