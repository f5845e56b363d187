"""Kubernetes quantities as numbers: cores, bytes, counts."""

import math
import re

_SCALES = {
    "": 1.0,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
}
_QUANTITY = re.compile(
    r"(?P<number>[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30}))"
    r"(?:(?P<exponent>[eE][+-]?\d{1,3})|(?P<suffix>[numkMGTPE]|[KMGTPE]i))?",
    re.ASCII,
)


def quantity(value: object) -> float | None:
    """Return a quantity (`250m`, `64Mi`, `1e3`, 2) as a number, or None when it is none."""
    if isinstance(value, bool):
        return None
    found = _QUANTITY.fullmatch(str(value).strip())
    if found is None:
        return None
    scale = _SCALES[found["suffix"] or ""]
    number = float(found["number"] + (found["exponent"] or "")) * scale
    return number if math.isfinite(number) else None
