"""Pictures of a real incident for the documentation: `make screenshots` puts them into docs/images."""

import os
import struct
from pathlib import Path

import pytest
from incident_room import IncidentRoom
from platform_process import until
from playwright.sync_api import Browser, expect
from scene import OpenScene
from visitor import Visitor, let_in, visiting

pytestmark = pytest.mark.e2e

NAMES = ("sign-in", "overview", "war-room", "war-room-light", "cluster", "audit")
SIZE = (1600, 1000)
MAX_BYTES = 400_000
"""What a page of documentation may load for one picture; a long plan is some 320 KB."""

INCIDENT_S = 300.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the pictures go: nowhere that stays, unless a folder is named."""
    named = os.environ.get("PICTURES_DIR")
    found = Path(named) if named else tmp_path
    found.mkdir(parents=True, exist_ok=True)
    return found


def test_every_page_can_be_shown(open_scene: OpenScene, browser: Browser, folder: Path) -> None:
    scene = open_scene(1)
    ada = let_in(scene.platform, "ada", "admin")
    case = scene.break_()
    until("an incident is opened", lambda: scene.fresh(case), INCIDENT_S)
    incident_id = scene.await_request(case)

    with visiting(browser, scene.platform.url) as dark:
        dark.go("/")
        dark.page.get_by_role("heading", name="Sign in").wait_for()
        _take(dark, folder / "sign-in.png")
        dark.sign_in(ada)
        expect(dark.page.get_by_role("link", name="Look and decide")).to_be_visible()
        _take(dark, folder / "overview.png")
        _take_room(dark, incident_id, folder / "war-room.png")
        dark.go("/clusters/default")
        _take(dark, folder / "cluster.png")
        dark.go("/audit")
        _take(dark, folder / "audit.png")
    with visiting(browser, scene.platform.url, theme="light") as light:
        light.sign_in(ada)
        _take_room(light, incident_id, folder / "war-room-light.png")

    for picture in (folder / f"{name}.png" for name in NAMES):
        assert struct.unpack(">II", picture.read_bytes()[16:24]) == SIZE, picture.name
        assert picture.stat().st_size < MAX_BYTES, picture.name


def _take_room(visitor: Visitor, incident_id: str, file: Path) -> None:
    IncidentRoom.open(visitor, incident_id).waits_for_a_decision()
    _take(visitor, file)


def _take(visitor: Visitor, file: Path) -> None:
    """Take a picture once everything has been loaded, fonts included."""
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.evaluate("document.fonts.ready.then(() => null)")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    visitor.page.wait_for_timeout(1500)  # what is drawn from data that came just now
    visitor.page.screenshot(path=file)
