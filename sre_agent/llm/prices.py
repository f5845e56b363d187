"""What models cost, as data; a model that nobody wrote a price for has none."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, ValidationError

from sre_agent.config import files
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain import yaml_text
from sre_agent.domain.model import Value
from sre_agent.llm.mind import Usage

FILE = "model_prices.yaml"

_DATED = re.compile(r"-20\d\d-?\d\d-?\d\d")

_Dollars = Annotated[Decimal, Field(ge=0, le=100_000)]


class Price(Value):
    """US dollars per million tokens; that is also millionths of a dollar per token."""

    input: _Dollars
    output: _Dollars


class _File(Value):
    as_of: date
    prices: dict[str, Price | None]


@dataclass(frozen=True)
class PriceList:
    """Prices by provider/model, those of the operator first."""

    lists: tuple[Mapping[str, Price | None], ...]

    def of(self, model: str) -> Price | None:
        """Return the price of a model, named `provider/model`; None where nobody knows it."""
        for prices in self.lists:
            fitting = [name for name in prices if _fits(name, model)]
            if fitting:
                return prices[max(fitting, key=len)]
        return None

    def micro_usd(self, model: str, usage: Usage) -> int | None:
        """Return the price of a usage in millionths of a dollar, rounded up; None: nobody knows."""
        price = self.of(model)
        if price is None:
            return None
        exact = price.input * usage.input_tokens + price.output * usage.output_tokens
        return int(exact.to_integral_value(ROUND_CEILING))


def load(own: Path | None = None) -> PriceList:
    """Return the shipped prices, behind those of a file of the operator's.

    Raises:
        InvalidConfigurationError: A file cannot be read; the message names it.
    """
    shipped = _read(FILE, lambda: (files.shipped() / FILE).read_text("utf-8"))
    if own is None:
        return PriceList((shipped,))
    return PriceList((_read(str(own), lambda: own.read_text("utf-8")), shipped))


def _read(name: str, text: Callable[[], str]) -> Mapping[str, Price | None]:
    try:
        return _File.model_validate(yaml_text.read(text())).prices
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise InvalidConfigurationError(f"{name}: {error}") from error


def _fits(name: str, model: str) -> bool:
    return fnmatchcase(model, name) or (
        model.startswith(name) and _DATED.fullmatch(model, len(name)) is not None
    )
