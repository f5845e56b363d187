"""What the releases of the shop do with orders."""

import pytest

from infrastructure.lab.shop.pricing import BULK_DISCOUNTS, price
from infrastructure.lab.shop.releases import VARIANTS, Worker


def test_the_good_release_prices_every_order() -> None:
    rates = VARIANTS["steady"].rates

    quotes = [price(order, rates) for order in range(100)]

    assert all(quote["total"] for quote in quotes)


def test_the_bad_release_fails_forty_percent_of_the_orders() -> None:
    rates = VARIANTS["partial-rates"].rates
    failed = 0

    for order in range(100):
        try:
            price(order, rates)
        except KeyError:
            failed += 1

    assert failed == 40


def test_a_missing_rate_is_named_in_the_error() -> None:
    with pytest.raises(KeyError, match="JPY"):
        price(4, VARIANTS["partial-rates"].rates)


def test_a_feature_that_is_switched_on_fails_the_orders_of_more_than_two_lines() -> None:
    worker = Worker(VARIANTS["steady"], lambda flag: flag == BULK_DISCOUNTS)

    assert worker.take(0)["total"] == worker_without_features().take(0)["total"]
    with pytest.raises(KeyError, match="3"):
        worker.take(2)


def worker_without_features() -> Worker:
    return Worker(VARIANTS["steady"])
