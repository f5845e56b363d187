"""Removes the logs of pods that are gone, after a while in which they may still be collected."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import deque
from pathlib import Path

from infrastructure.lab.node import logs

KEPT_S = 15.0
MAX_KEPT = 50
"""More folders of gone pods than this are not kept, however young."""
SWEEP_S = 2.0


class Janitor:
    """Deletes folders some time after they were given up."""

    def __init__(self) -> None:
        self._due: deque[tuple[float, Path]] = deque()

    def give_up(self, folder: Path) -> None:
        """Plan a folder's removal."""
        self._due.append((time.monotonic() + KEPT_S, folder))

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            while self._due and (self._due[0][0] <= time.monotonic() or len(self._due) > MAX_KEPT):
                _, folder = self._due.popleft()
                shutil.rmtree(folder, ignore_errors=True)
            await asyncio.sleep(SWEEP_S)


def clear(state_dir: Path) -> None:
    """Remove the logs and scratch folders of an earlier life of the nodes."""
    shutil.rmtree(logs.root_folder(state_dir), ignore_errors=True)
    shutil.rmtree(state_dir / "pods", ignore_errors=True)
    logs.root_folder(state_dir).mkdir(parents=True, exist_ok=True)
