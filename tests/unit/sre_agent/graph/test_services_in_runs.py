"""The operator's file of services in a run: evidence like any other, and played again offline."""

from typing import Any

import pytest
from replayed import play
from run_scene import Scene, make_scene

from sre_agent.domain.events import EventKind
from sre_agent.domain.services import ServiceEntry
from sre_agent.testing import FakeServices


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def told(scene: Scene) -> list[dict[str, Any]]:
    added = [item["evidence"] for item in scene.payloads(EventKind.EVIDENCE_ADDED)]
    return [item for item in added if item["kind"] == "services.entries"]


def own(scene: Scene) -> ServiceEntry:
    name = scene.world.services["core"].name
    return ServiceEntry(service=name, repository="acme/store", owners=("ines",))


async def test_the_entries_that_concern_an_incident_stand_in_its_log_once(scene: Scene) -> None:
    other = ServiceEntry(service="nobody-knows-it", owners=("otto",))
    scene.services = FakeServices((other, own(scene)))

    await scene.start()

    [evidence] = told(scene)
    assert evidence["facts"]["entries"] == [own(scene).model_dump(mode="json")]
    assert evidence["summary"] == f"services.yaml tells of {own(scene).service}"


async def test_a_file_that_says_nothing_of_an_incident_leaves_no_trace(scene: Scene) -> None:
    scene.services = FakeServices((ServiceEntry(service="nobody-knows-it", owners=("otto",)),))

    await scene.start()

    assert told(scene) == []


async def test_a_file_that_cannot_be_read_stops_no_run_and_is_told(scene: Scene) -> None:
    scene.services = FakeServices(fault="services.yaml is no YAML: torn (line 2, column 1)")

    await scene.start()

    [evidence] = told(scene)
    assert "it cannot be read as it is now: services.yaml is no YAML" in evidence["summary"]
    assert scene.payloads(EventKind.PLAN_PROPOSED)


async def test_a_run_with_the_file_is_the_same_when_it_is_played_again_without_it(
    scene: Scene,
) -> None:
    scene.services = FakeServices((own(scene),))
    await scene.start()

    again = await play(scene.events)

    assert again.differences == ()
    now = [event.payload for event in again.events if event.kind is EventKind.EVIDENCE_ADDED]
    kept = [item["evidence"] for item in now if item["evidence"]["kind"] == "services.entries"]
    assert [item["facts"] for item in kept] == [item["facts"] for item in told(scene)]
