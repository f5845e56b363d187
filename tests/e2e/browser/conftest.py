"""A browser, and windows in it; the war room is built from the sources that are here."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import chromium
import pytest
from platform_process import ROOT
from playwright.sync_api import Browser
from scene import Scene
from visitor import Enter, Person, Visitor, let_in, visiting

_HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what uses the browser to the end: as long as it is open, no test can have a loop."""
    items.sort(key=lambda item: _HERE in item.path.parents)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    build = [ROOT / "infrastructure/setup/dashboard.sh", "require"]
    subprocess.run(build, check=True)
    with chromium.running() as browser:
        yield browser


@pytest.fixture
def enter(browser: Browser) -> Iterator[Enter]:
    """Lets someone in at a window of their own: `enter(scene, "nell", "viewer")`."""
    with ExitStack() as ends:

        def enter(scene: Scene, who: Person | str, role: str = "viewer", **look: object) -> Visitor:
            person = let_in(scene.platform, who, role) if isinstance(who, str) else who
            visitor = ends.enter_context(visiting(browser, scene.platform.url, **look))  # type: ignore[arg-type]
            visitor.sign_in(person)
            return visitor

        yield enter
