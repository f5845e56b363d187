"""What people asked of an incident, as its log tells it."""

from typing import Any

import pytest

from sre_agent.domain import runs, steering
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.events import Event, EventDraft, EventKind, seal
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.steering import Hint
from sre_agent.testing.clock import START
from sre_agent.testing.world import World

WEB = ObjectRef.deployment("prod", "web")


def log(*entries: tuple[EventKind, dict[str, Any]]) -> list[Event]:
    drafts = (
        EventDraft(actor="ada", kind=kind, payload=payload, step_key=str(number))
        for number, (kind, payload) in enumerate(entries)
    )
    return [
        seal(IncidentId("inc-1"), draft, seq=number, at=START, prev_hash="0")
        for number, draft in enumerate(drafts, start=1)
    ]


def dismissed() -> tuple[EventKind, dict[str, Any]]:
    dismissal = Dismissal(object=WEB, fault_class=FaultClass.BAD_RELEASE, reason="it is fine")
    return EventKind.CAUSE_DISMISSED, {"dismissal": dismissal.model_dump(mode="json")}


def anew(**hint: Any) -> tuple[EventKind, dict[str, Any]]:
    return EventKind.REINVESTIGATED, {"hint": Hint(**hint).model_dump(mode="json")}


REOPENED = (EventKind.REOPENED, {"reason": "it fires again"})


@pytest.mark.parametrize(
    ("entries", "holds"),
    [
        ((dismissed(),), True),
        ((dismissed(), anew(text="look again")), True),
        ((dismissed(), anew(object=WEB)), True),
        ((dismissed(), anew(object=WEB, fault_class=FaultClass.BAD_RELEASE)), False),
        ((dismissed(), REOPENED), False),
        ((), False),
    ],
)
def test_a_dismissal_holds_until_the_cause_is_taken_up_again_or_the_failure_is_back(
    entries: tuple[tuple[EventKind, dict[str, Any]], ...], holds: bool
) -> None:
    asked = steering.read(log(*entries))

    assert asked.dismisses(FaultClass.BAD_RELEASE, WEB) is holds
    assert not asked.dismisses(FaultClass.OUT_OF_MEMORY, WEB)


def test_the_newest_hint_holds_and_none_after_a_reopening() -> None:
    first, second = anew(text="a"), anew(text="b")

    assert steering.read(log(first, second)).hint == Hint(text="b")
    assert steering.read(log(first, REOPENED)).hint is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, None),
        ({"is_paused": True}, "paused"),
        ({"is_cancelled": True}, "cancelled"),
        ({"status": IncidentStatus.CLOSED}, "has ended: closed"),
    ],
)
def test_nothing_is_written_for_an_incident_that_is_held_or_over(
    values: dict[str, Any], said: str | None
) -> None:
    incident = World().incident("core").model_copy(update=values)

    obstacle = steering.obstacle(incident)

    assert obstacle is None if said is None else said in str(obstacle)


def test_the_present_run_begins_with_its_last_beginning() -> None:
    events = log(dismissed(), REOPENED, dismissed(), anew(), dismissed())

    assert [event.seq for event in runs.present(events)] == [4, 5]
    assert runs.present(events[:1]) == events[:1]


def test_names_of_the_first_run_stay_as_they_are() -> None:
    assert [runs.of_run(run, "a1") for run in (1, 2, 10)] == ["a1", "2.a1", "10.a1"]
