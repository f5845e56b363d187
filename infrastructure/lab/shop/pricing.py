"""What an order costs: the price book, and the currency of each customer."""

import math
from collections.abc import Callable, Mapping

RATES: Mapping[str, float] = {"EUR": 1.0, "USD": 1.08, "GBP": 0.84, "CHF": 0.95, "JPY": 163.2}

CURRENCIES = tuple(RATES)

BULK_DISCOUNTS = "bulk-discounts"
"""The feature flag under which those who buy more pay less."""

DISCOUNTS: Mapping[int, float] = {1: 0.0, 2: 0.02}
"""By the number of lines of an order."""

IsOn = Callable[[str], bool]


def all_off(_flag: str) -> bool:
    """Know of no feature that is switched on."""
    return False


def price(order: int, rates: Mapping[str, float], is_on: IsOn = all_off) -> dict[str, object]:
    """Price an order in the currency of its customer.

    Raises:
        KeyError: naming a currency that has no rate.
    """
    currency = CURRENCIES[order % len(CURRENCIES)]
    lines = range(1, 2 + order % 4)
    net = math.fsum(quantity * (3.5 + (order * quantity) % 17) for quantity in lines)
    if is_on(BULK_DISCOUNTS):
        net *= 1 - DISCOUNTS[len(lines)]
    return {"order": order, "currency": currency, "total": round(net * rates[currency], 2)}
