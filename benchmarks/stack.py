"""A whole platform with its lab in a folder of its own, gone when the block ends."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.cli.client import Client
from backend.cli.stack import environment, lifecycle, world
from backend.cli.stack.layout import Layout
from benchmarks import programs
from sre_agent.domain.errors import PermanentError

_CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Running:
    """A stack that is ready: its places, its API as an administrator sees it, and how long it took."""

    layout: Layout
    api: Client
    up_s: float

    def renew_lab(self, seed: int) -> None:
        """Give the platform another lab: other names, another victim, and no past."""
        world.lab_down(self.layout)
        shutil.rmtree(self.layout.lab)
        lifecycle.up(self.layout, _silent, seed=seed)


@contextmanager
def running() -> Iterator[Running]:
    """Bring up a platform and its lab on a free port; take both down and delete their folder.

    Raises:
        PermanentError: Something did not start.
    """
    root = Path(tempfile.mkdtemp(prefix="sre-bench-", dir="/tmp"))
    layout = Layout(root)
    layout.env_file.touch(mode=0o600)
    layout.env_file.write_text(f"PORT={programs.free_port()}\n", encoding="utf-8")
    _share_tools(layout)
    try:
        began_s = time.monotonic()
        stack = lifecycle.up(layout, _silent, seed=1)
        up_s = time.monotonic() - began_s
        token = environment.operator_token(environment.read(layout.env_file))
        if token is None:
            raise PermanentError("the new platform has no token that may decide")
        yield Running(layout, Client(stack.url, token), up_s)
    finally:
        lifecycle.down(layout)
        shutil.rmtree(root, ignore_errors=True)


def _silent(_: str) -> None:
    """Tell nobody."""


def _share_tools(layout: Layout) -> None:
    """Use the programs the checkout has already fetched for its own lab."""
    fetched = Layout(_CHECKOUT).run / "tools"
    if fetched.is_dir():
        layout.run.mkdir(parents=True)
        (layout.run / "tools").symlink_to(fetched)
