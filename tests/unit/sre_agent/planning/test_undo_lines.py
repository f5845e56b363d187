"""Timeline and report tell of an undo, of who agreed to it, and of what our own actions may have caused."""

from typing import Any

import pytest
from incident_log import repaired

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.planning import undo_lines


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (
            {"result": "taken_back", "reason": "as before"},
            "What was taken back is as it was before: as before",
        ),
        (
            {"result": "not_taken_back", "reason": "it differs"},
            "What was taken back did not take: it differs",
        ),
        ({"result": "unknown"}, "Whether what was taken back took is unknown"),
        ({}, "Whether what was taken back took is unknown"),
    ],
)
def test_whether_an_undo_took_is_said(payload: dict[str, str], said: str) -> None:
    assert undo_lines.took(payload) == said


def test_who_agreed_to_an_undo_is_said_with_the_ruling() -> None:
    assert "approved together with the plan" in undo_lines.agreement({"approved_with": "0" * 64})
    assert undo_lines.agreement({"asked_because": "it drifted"}).endswith("because it drifted")
    assert undo_lines.agreement({}) == ""


def test_both_incidents_tell_of_their_tie() -> None:
    payload = {"incident_id": "inc-2", "to": "inc-1", "reason": "soon after"}

    assert undo_lines.tied(payload, "inc-2") == (
        "An action of incident inc-1 may have caused this one: soon after"
    )
    assert undo_lines.tied(payload, "inc-1") == (
        "An action of this incident may have caused incident inc-2: soon after"
    )


async def test_a_report_says_first_of_all_what_our_own_action_may_have_caused() -> None:
    _, log, _ = await repaired()
    tie: dict[str, Any] = {
        "incident_id": "inc-2",
        "to": log.incident.id,
        "reason": "soon after action a1",
    }
    await log.add(EventKind.TIED, **tie)

    report = log.report(IncidentStatus.RESOLVED)

    head, _, rest = report.partition("## Impact")
    assert "An action of this incident may have caused incident inc-2: soon after action a1" in head
    assert "may have caused incident inc-2" in rest.partition("## Timeline")[2]
