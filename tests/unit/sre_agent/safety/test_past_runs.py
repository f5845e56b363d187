"""How past plans ended, as logs tell: only what was seen to work, and lasted, is a success."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sre_agent.domain.chain import GENESIS
from sre_agent.domain.events import Event, EventDraft, EventKind, seal
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import REVERT, Plan
from sre_agent.safety import past_runs
from sre_agent.safety.autonomy import End
from sre_agent.testing import plans

NOW = datetime(2026, 5, 4, tzinfo=UTC)
ACTION = plans.on_web("rollback_rollout")
PLAN = plans.of(ACTION)
Said = tuple[EventKind, dict[str, Any]]
WRONG: Said = (EventKind.VERDICT_GIVEN, {"verdict": {"judgement": "wrong"}})
RIGHT: Said = (EventKind.VERDICT_GIVEN, {"verdict": {"judgement": "right"}})
BACK: Said = (EventKind.REOPENED, {})


def proposed(plan: Plan = PLAN) -> Said:
    said = {"plan": plan.model_dump(mode="json"), "plan_sha256": plan.sha256}
    return EventKind.PLAN_PROPOSED, said


def done(outcome: str = "applied", action_id: str = "a1") -> Said:
    return EventKind.ACTION_FINISHED, {"action_id": action_id, "outcome": outcome}


def verified(result: str) -> Said:
    return EventKind.VERIFICATION_FINISHED, {"result": result}


def tied(to: str) -> Said:
    return EventKind.TIED, {"incident_id": "new", "to": to}


def log(*said: Said) -> list[Event]:
    found: list[Event] = []
    for seq, (kind, payload) in enumerate(said, start=1):
        draft = EventDraft(actor="x", kind=kind, payload=payload, step_key=str(seq))
        at = NOW + timedelta(seconds=seq)
        found.append(seal(IncidentId("i"), draft, seq=seq, at=at, prev_hash=GENESIS))
    return found


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ((done(), verified("resolved")), [End.SUCCESS]),
        ((done("already_applied"), verified("resolved"), RIGHT), [End.SUCCESS]),
        ((done(), verified("not_resolved")), [End.FAILURE]),
        ((done(), verified("worse")), [End.FAILURE]),
        ((done(), verified("improved")), [End.UNPROVEN]),
        ((done(), verified("unknown")), [End.UNPROVEN]),
        ((done(),), [End.UNPROVEN]),
        ((done("unknown"), verified("resolved")), [End.UNPROVEN]),
        ((done(), done("refused", "a2"), verified("resolved")), [End.UNPROVEN]),
        ((done("refused"),), []),
        ((), []),
        ((done(), verified("resolved"), BACK), [End.FAILURE]),
        ((done(), verified("resolved"), WRONG), [End.FAILURE]),
        ((done(), verified("resolved"), tied("i")), [End.UNPROVEN]),
        ((done(), verified("resolved"), tied("another")), [End.SUCCESS]),
        ((done(), verified("worse"), tied("i")), [End.FAILURE]),
        ((done(), verified("resolved"), WRONG, RIGHT), [End.SUCCESS]),
    ],
)
def test_only_what_was_seen_to_work_and_lasted_is_a_success(
    said: tuple[Said, ...], ends: list[End]
) -> None:
    found = past_runs.read(log(proposed(), *said))

    assert [run.end for run in found] == ends


def test_what_takes_a_plan_back_is_no_run_of_its_own() -> None:
    undo = PLAN.model_copy(update={"playbook": REVERT})
    events = log(proposed(), done(), verified("not_resolved"), proposed(undo), done())

    assert [run.end for run in past_runs.read(events)] == [End.FAILURE]


def test_each_run_of_an_incident_ends_by_itself() -> None:
    again = PLAN.model_copy(update={"summary": "again"})
    events = log(
        proposed(),
        done(),
        verified("resolved"),
        BACK,
        proposed(again),
        done(),
        verified("resolved"),
    )

    assert [run.end for run in past_runs.read(events)] == [End.FAILURE, End.SUCCESS]


def test_a_plan_that_is_not_the_one_its_hash_names_is_none() -> None:
    kind, said = proposed()
    other = PLAN.model_copy(update={"fault_class": "another"}).model_dump(mode="json")

    assert past_runs.read(log((kind, {**said, "plan": other}), done(), verified("resolved"))) == ()


def test_what_a_person_left_out_has_earned_nothing() -> None:
    other = ACTION.model_copy(
        update={"id": "a2", "call": ACTION.call.model_copy(update={"tool": "scale_workload"})}
    )
    both = PLAN.model_copy(update={"actions": (ACTION, other)})

    [run] = past_runs.read(log(proposed(both), done(), verified("resolved")))

    assert {kind.tool for kind in run.kinds} == {"rollback_rollout"}
