"""What sets one release of a shop service apart from another."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from infrastructure.lab.shop.flags import Flags
from infrastructure.lab.shop.pricing import RATES, IsOn, all_off, price
from infrastructure.lab.shop.settings import Settings, SettingsError

# The rates of the rewritten price book, which lost two of the currencies that customers use.
RATES_REWRITTEN: Mapping[str, float] = {"EUR": 1.0, "USD": 1.08, "GBP": 0.84}


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


class Worker:
    """Does with each order what its release does."""

    def __init__(self, release: Release, is_on: IsOn = all_off) -> None:
        """Take the release, and who knows which features are switched on."""
        self._release, self._is_on = release, is_on
        self._history: list[bytes] = []

    @property
    def kept_bytes(self) -> int:
        """Return how much the orders so far have left behind."""
        return sum(map(len, self._history))

    def take(self, order: int) -> dict[str, object]:
        """Price an order.

        Raises:
            KeyError: naming a currency that has no rate.
        """
        if self._release.delay_s:
            time.sleep(self._release.delay_s)
        if self._release.kept_bytes:
            self._history.append(b"\x02" * self._release.kept_bytes)
        return price(order, self._release.rates, self._is_on)


def worker(config: Settings, flags: Flags) -> Worker:
    """Return who does the work of the variant that the settings name.

    Raises:
        SettingsError: when there is no such variant, or it misses a variable.
    """
    release = VARIANTS.get(config.variant)
    if release is None:
        raise SettingsError(f"unknown variant {config.variant}")
    missing = release.required_variable
    if missing and not config.environment.get(missing):
        raise SettingsError(f"missing required environment variable {missing}")
    return Worker(release, flags.is_on)
