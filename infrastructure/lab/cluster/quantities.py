"""Resource quantities such as `100m`, `64Mi` and `1.5`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

PATTERN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
_SHAPE = re.compile(
    r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?:(?P<suffix>[numkMGTPE]|[KMGTPE]i)|[eE](?P<exp>[+-]?\d{1,3}))?"
)
_FACTORS: Mapping[str, Decimal] = MappingProxyType(
    {
        "n": Decimal("1e-9"),
        "u": Decimal("1e-6"),
        "m": Decimal("1e-3"),
        "k": Decimal(10**3),
        "M": Decimal(10**6),
        "G": Decimal(10**9),
        "T": Decimal(10**12),
        "P": Decimal(10**15),
        "E": Decimal(10**18),
        "Ki": Decimal(2**10),
        "Mi": Decimal(2**20),
        "Gi": Decimal(2**30),
        "Ti": Decimal(2**40),
        "Pi": Decimal(2**50),
        "Ei": Decimal(2**60),
    }
)


def parse(text: str) -> Decimal:
    """Return a quantity as a number of its base unit (cores, bytes, pieces).

    Raises:
        ValueError: when the text is no quantity.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise ValueError(f"quantities must match the regular expression '{PATTERN}'")
    number = Decimal(found["number"])
    if found["exp"]:
        return number.scaleb(int(found["exp"]))
    return number * _FACTORS[found["suffix"]] if found["suffix"] else number


def written(value: str | float) -> str:
    """Return a quantity as the API writes it; plain fractions are written in thousandths.

    Raises:
        ValueError: when the value is no quantity.
    """
    text = str(value)
    number = parse(text)
    if re.fullmatch(r"[+-]?\d*\.\d+", text) and number != number.to_integral_value():
        return f"{(number * 1000).to_integral_value(rounding='ROUND_CEILING')}m"
    return text


def shortest(resource: str, number: Decimal) -> str:
    """Return an amount of `requests.cpu`, `limits.memory`, `pods` … as people write it."""
    if resource.endswith("cpu"):
        return decimal(number)
    return binary(number) if resource.endswith("memory") else str(int(number))


def decimal(number: Decimal) -> str:
    """Return an amount in whole units, or in thousandths rounded up: `2`, `90m`."""
    if number == number.to_integral_value():
        return str(int(number))
    return f"{(number * 1000).to_integral_value(rounding='ROUND_CEILING')}m"


def binary(number: Decimal) -> str:
    """Return an amount in the largest binary unit in which it is whole: `288Mi`."""
    whole = int(number.to_integral_value(rounding="ROUND_CEILING"))
    for suffix in ("Ei", "Pi", "Ti", "Gi", "Mi", "Ki"):
        unit = int(_FACTORS[suffix])
        if whole and whole % unit == 0:
            return f"{whole // unit}{suffix}"
    return str(whole)
