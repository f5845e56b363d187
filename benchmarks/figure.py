"""What a measurement yields, and the table of all of them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

_WIDTH = 140


@dataclass(frozen=True)
class Figure:
    """One measured number. `at` says on which side of the aim good values lie."""

    name: str
    value: float
    unit: str
    command: str
    aim: float | None = None
    at: Literal["most", "least"] = "most"

    @property
    def is_met(self) -> bool | None:
        """Return whether the aim is met, None when there is none."""
        if self.aim is None:
            return None
        return self.value <= self.aim if self.at == "most" else self.value >= self.aim

    def as_dict(self) -> dict[str, Any]:
        """Return the figure for programs to read."""
        return {**asdict(self), "is_met": self.is_met}


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed: the nearest rank.

    Raises:
        ValueError: There are no values.
    """
    ranked = sorted(values)
    if not ranked:
        raise ValueError("a percentile of nothing")
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def show(figures: Iterable[Figure]) -> None:
    """Print the figures as people read them, one line each also where there is no terminal."""
    console = Console()
    console.width = max(console.width, _WIDTH)
    console.print(_table(figures))


def _table(figures: Iterable[Figure]) -> Table:
    made = Table(title="Measured on this machine, load generators included")
    made.add_column("figure")
    made.add_column("value", justify="right")
    made.add_column("aim", justify="right")
    made.add_column("command")
    for figure in figures:
        made.add_row(figure.name, _value(figure), _aim(figure), figure.command)
    return made


def _value(figure: Figure) -> str:
    color = {True: "green", False: "red", None: "default"}[figure.is_met]
    return f"[{color}]{_number(figure.value)} {figure.unit}[/]"


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{'≤' if figure.at == 'most' else '≥'} {_number(figure.aim)} {figure.unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
