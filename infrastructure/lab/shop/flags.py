"""Ask again and again which features are switched on."""

import json
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from infrastructure.lab.shop import records, wire

ASK_EVERY_S = 2.0
PATIENCE_S = 1.0


class Flags:
    """The feature flags of one service; what was last heard holds while nobody answers."""

    def __init__(self, url: str | None, log: records.Log) -> None:
        """Take where they are told (without it all are off), and whom to tell of changes."""
        self._target, self._log = urlsplit(url) if url else None, log
        self._known: Mapping[str, bool] = {}

    def is_on(self, name: str) -> bool:
        """Say whether a feature is switched on."""
        return self._known.get(name, False)

    @property
    def on(self) -> list[str]:
        """Return the features that are switched on."""
        return sorted(name for name, is_on in self._known.items() if is_on)

    def start(self) -> None:
        """Ask from now on, beside whatever else is done."""
        if self._target is not None:
            self.ask()
            threading.Thread(target=self._ask_for_ever, daemon=True).start()

    def ask(self) -> None:
        """Ask once."""
        if self._target is None:
            return
        address = (str(self._target.hostname), self._target.port or 80)
        try:
            answer = wire.post(address, wire.Request("GET", self._target.path), PATIENCE_S)
            told = json.loads(answer.body) if answer.status == 200 else None
        except (OSError, ValueError):
            return
        if isinstance(told, dict) and told != self._known:
            if self._known:
                self._log.write("info", "flags changed", flags=told)
            self._known = told

    def _ask_for_ever(self) -> None:
        while True:
            time.sleep(ASK_EVERY_S)
            self.ask()
