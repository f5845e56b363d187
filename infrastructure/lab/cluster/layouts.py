"""What a table of objects is made of: columns, and how an object fills them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Object = dict[str, Any]
NONE = "<none>"


@dataclass(frozen=True)
class Column:
    """One column; those of priority 1 are only shown by `-o wide`."""

    name: str
    type: str = "string"
    priority: int = 0
    format: str = ""


@dataclass(frozen=True)
class Layout:
    """The columns of a kind and how an object fills them."""

    columns: tuple[Column, ...]
    cells: Callable[[Object, datetime], list[object]]


def wide(*names: str) -> tuple[Column, ...]:
    """Return columns that only `-o wide` shows."""
    return tuple(Column(name, priority=1) for name in names)


NAME = Column("Name", format="name")
AGE = Column("Age")
