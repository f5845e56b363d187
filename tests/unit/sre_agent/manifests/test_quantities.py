"""Quantities as numbers."""

import pytest

from sre_agent.manifests.quantities import quantity


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("250m", 0.25),
        ("64Mi", 2.0**26),
        ("1e3", 1000),
        ("1E", 1e18),
        (2, 2),
        (0.5, 0.5),
        ("1.5Gi", 1.5 * 2**30),
        (".5", 0.5),
        ("100n", 1e-7),
        (" 5 ", 5),
        ("-1", -1),
    ],
)
def test_a_quantity_is_read_with_its_suffix(written: object, number: float) -> None:
    assert quantity(written) == pytest.approx(number)


@pytest.mark.parametrize(
    "written", [None, True, "", "abc", "1X", "1e9999", "nan", "inf", "--1", {}]
)
def test_what_is_no_quantity_is_none(written: object) -> None:
    assert quantity(written) is None
