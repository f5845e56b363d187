"""Prometheus' text format: families of samples with labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[Mapping[str, str], float | Decimal]


@dataclass(frozen=True)
class Family:
    """All samples of one metric."""

    name: str
    kind: str
    help: str
    samples: tuple[Sample, ...]


def gauge(name: str, about: str, samples: Iterable[Sample]) -> Family:
    """Return a family of values that may go up and down."""
    return Family(name, "gauge", about, tuple(samples))


def counter(name: str, about: str, samples: Iterable[Sample]) -> Family:
    """Return a family of values that only go up."""
    return Family(name, "counter", about, tuple(samples))


def rendered(families: Iterable[Family]) -> str:
    """Write families as a scrape answer."""
    return "".join(line for family in families for line in _lines(family))


def _lines(family: Family) -> Iterable[str]:
    if not family.samples:
        return
    yield f"# HELP {family.name} {family.help}\n"
    yield f"# TYPE {family.name} {family.kind}\n"
    for labels, value in family.samples:
        yield f"{family.name}{_labels(labels)} {_number(value)}\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float | Decimal) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number)
