"""The connection breaks while events flow: nothing is lost and nothing is shown twice."""

import re
from collections import Counter
from typing import Any

import pytest
from incident_room import IncidentRoom
from platform_process import until
from playwright.sync_api import expect
from scene import OpenScene, Scene
from visitor import Enter, Visitor

pytestmark = pytest.mark.e2e

SOON_MS = 120_000
SAID_TOGETHER = ("specialist_finished", "specialist_failed", "verification_sampled")

Json = dict[str, Any]


@pytest.fixture
def scene(open_scene: OpenScene) -> Scene:
    return open_scene(2, VERIFICATION_HOLD_SECONDS="10")


def test_after_every_cut_the_page_shows_exactly_what_the_log_holds(
    scene: Scene, enter: Enter
) -> None:
    eve = enter(scene, "eve", "approver")
    case = scene.break_()
    first = until("an incident is opened", lambda: scene.fresh(case))[-1]["id"]
    watched = IncidentRoom.open(eve, first)
    expect(watched.stream).to_be_visible()

    _kill_the_api(scene)  # while specialists look
    incident_id = scene.await_request(case)
    room = watched if incident_id == first else IncidentRoom.open(eve, incident_id)
    room.waits_for_a_decision()
    _is_live(eve)
    eve.context.set_offline(True)  # and what happens meanwhile is told later
    _kill_the_api(scene)
    scene.approve(incident_id)
    scene.await_event(incident_id, "action_finished")
    eve.context.set_offline(False)
    _is_live(eve)
    _kill_the_api(scene)  # while the verifier looks
    scene.await_end(incident_id)

    room.ends("Resolved")
    log = scene.platform.events(incident_id)
    numbers = [event["seq"] for event in log]
    assert numbers == list(range(1, len(log) + 1))
    expect(room.way_to_the_postmortem).to_be_visible()
    eve.page.wait_for_timeout(2000)  # frames are handed to us while the browser is listened to
    assert eve.seqs(incident_id) == numbers, eve.deliveries(
        incident_id
    )  # by sockets and, while none could be had, by HTTP
    resumed = [_after(url) for url in eve.sockets if incident_id in url][1:]
    assert resumed
    assert all(after > 0 for after in resumed)
    anew = enter(scene, "ned", "viewer")
    fresh = IncidentRoom.open(anew, incident_id)
    expect(fresh.way_to_the_postmortem).to_be_visible()
    assert room.steps == fresh.steps
    assert room.shown() == _what_must_be_shown(log)


def _what_must_be_shown(log: list[Json]) -> Counter[str]:
    """Count what the stream must tell of: everything but what it says in one line of several events."""
    kinds = Counter(str(event["kind"]) for event in log)
    for kind in SAID_TOGETHER:
        kinds.pop(kind, None)
    return kinds


def _kill_the_api(scene: Scene) -> None:
    """Kill the process that holds the connection, and wait for the one that follows it."""
    before = scene.platform.program("api")
    before.kill()
    before.wait(30)

    def is_back() -> bool:
        return scene.platform.is_ready()

    until("the API is back", is_back)


def _is_live(visitor: Visitor) -> None:
    line = visitor.page.get_by_role("main").get_by_role("status").filter(has_text="live")
    expect(line.first).to_have_text(re.compile("^live$"), timeout=SOON_MS)


def _after(url: str) -> int:
    found = re.search(r"after=(\d+)", url)
    return int(found[1]) if found else 0
