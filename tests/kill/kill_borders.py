"""The crossings of one program over its borders: noted, counted, and at the one ordered, the end."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from typing_extensions import override


@dataclass(frozen=True)
class Order:
    """Where to die in a run: at so many crossings of a point, alone or with all that belongs to it."""

    run: str
    point: str
    crossing: int
    is_for_all: bool = False
    """With the process that would have it back at once, as where a container is killed."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the order of a file.

        Raises:
            ValueError: It is none.
        """
        run, point, crossing, extent = text.split()
        return cls(run, point, int(crossing), is_for_all=extent == "all")

    @override
    def __str__(self) -> str:
        return f"{self.run} {self.point} {self.crossing} {'all' if self.is_for_all else 'one'}"


_NONE = Order("", "", 0)


class Borders:
    """The crossings of one program: noted, counted, and at the one that is ordered, the end."""

    def __init__(self, program: str, orders: Path, crossings: Path) -> None:
        self._program = program
        self._orders = orders
        self._notes = os.open(crossings, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._order = _NONE
        self._counts: Counter[str] = Counter()

    def cross(self, border: str, moment: str) -> None:
        """Note a crossing; kill the program if it is the one."""
        point = f"{self._program}:{border}:{moment}"
        note = {"point": point, "at": time.time()}
        os.write(self._notes, f"{json.dumps(note)}\n".encode())
        order = self._read()
        if order.run != self._order.run:
            self._counts.clear()
        self._order = order
        if point != order.point:
            return
        self._counts[point] += 1
        if self._counts[point] >= order.crossing:
            try:
                self._orders.rename(self._orders.with_suffix(".done"))
            except FileNotFoundError:  # another worker was quicker: one of them dies, not both
                return
            if order.is_for_all:
                os.killpg(os.getpgrp(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def around(self, border: str) -> Iterator[None]:
        """Cross before and, unless it failed, after."""
        self.cross(border, "before")
        yield
        self.cross(border, "after")

    def _read(self) -> Order:
        try:
            return Order.read(self._orders.read_text())
        except (FileNotFoundError, ValueError):
            return _NONE
