"""What sets one release of a shop service apart from another."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

RATES: Mapping[str, float] = {"EUR": 1.0, "USD": 1.08, "GBP": 0.84, "CHF": 0.95, "JPY": 163.2}

# The rates of the rewritten price book, which lost two of the currencies that customers use.
RATES_REWRITTEN: Mapping[str, float] = {"EUR": 1.0, "USD": 1.08, "GBP": 0.84}

CURRENCIES = tuple(RATES)


@dataclass(frozen=True)
class Release:
    """The behaviour of one release; the defaults are those of a good one."""

    rates: Mapping[str, float] = field(default_factory=lambda: RATES)
    required_variable: str = ""
    """A variable without which the release does not start."""
    delay_s: float = 0.0
    """Seconds spent on each order in a synchronous check, in seconds."""
    kept_bytes: int = 0
    """What each order leaves behind for ever, in bytes."""


VARIANTS: Mapping[str, Release] = {
    "steady": Release(),
    "partial-rates": Release(rates=RATES_REWRITTEN),
    "required-key": Release(required_variable="SIGNING_KEY_ID"),
    "synchronous-check": Release(delay_s=2.0),
    "endless-history": Release(kept_bytes=16 * 1024),
}


def price(order: int, rates: Mapping[str, float]) -> dict[str, object]:
    """Price an order in the currency of its customer.

    Raises:
        KeyError: naming a currency that has no rate.
    """
    currency = CURRENCIES[order % len(CURRENCIES)]
    lines = range(1, 2 + order % 4)
    net = math.fsum(quantity * (3.5 + (order * quantity) % 17) for quantity in lines)
    return {"order": order, "currency": currency, "total": round(net * rates[currency], 2)}
