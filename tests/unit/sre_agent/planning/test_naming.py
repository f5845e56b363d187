"""What is known of an action by its name is said of no other: each proposal has names of its own."""

from datetime import UTC, datetime

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.planning import naming
from sre_agent.testing import plans


def _plan(*names: str, summary: str = "undo the release") -> Plan:
    actions = [plans.on_web("restart_rollout") for _ in names]
    named = (
        item.model_copy(update={"id": ActionId(name), "needs": _needs(names[:number])})
        for number, (item, name) in enumerate(zip(actions, names, strict=True))
    )
    return plans.of(*named).model_copy(update={"summary": summary})


def _needs(names: tuple[str, ...]) -> tuple[ActionId, ...]:
    return tuple(ActionId(item) for item in names)


def _log(*proposed: Plan) -> list[Event]:
    return [
        Event(
            incident_id=IncidentId("inc-1"),
            seq=seq,
            at=datetime(2026, 11, 1, tzinfo=UTC),
            actor="planner",
            kind=EventKind.PLAN_PROPOSED,
            payload={"plan": item.model_dump(mode="json"), "plan_sha256": item.sha256},
            step_key=f"plan_proposed:{item.sha256}",
            prev_hash="",
            hash="",
        )
        for seq, item in enumerate(proposed, 1)
    ]


def _names(plan: Plan) -> list[str]:
    return [action.id for action in plan.actions]


def test_the_first_proposal_is_named_as_it_was_drafted() -> None:
    plan = _plan("a1", "a2")

    named = naming.of_proposal(plan, [])

    assert (named, named.sha256) == (plan, plan.sha256)


def test_another_plan_never_meets_the_actions_of_an_earlier_one() -> None:
    log = _log(_plan("a1", summary="first"), _plan("a1-2", summary="asked anew"))

    named = naming.of_proposal(_plan("a1", "a2"), log)

    assert _names(named) == ["a1-3", "a2-3"]
    assert named.actions[1].needs == ("a1-3",)


def test_what_was_written_down_last_is_proposed_again_after_a_crash_under_its_names() -> None:
    first, second = _plan("a1", summary="first"), _plan("a1-2")

    named = naming.of_proposal(_plan("a1"), _log(first, second))

    assert named.sha256 == second.sha256


def test_what_was_proposed_before_something_else_is_a_proposal_of_its_own_when_it_comes_again() -> (
    None
):
    log = _log(_plan("a1"), _plan("a1-2", summary="something else"))

    assert _names(naming.of_proposal(_plan("a1"), log)) == ["a1-3"]


def test_what_is_asked_anew_has_new_names_though_nothing_else_is_new() -> None:
    plan = _plan("a1", "a2")

    once = naming.of_proposal(plan, _log(plan), replaces=plan)
    twice = naming.of_proposal(once, _log(plan, once), replaces=once)

    assert (_names(once), _names(twice)) == (["a1-2", "a2-2"], ["a1-3", "a2-3"])


def test_asked_anew_after_a_crash_it_is_the_proposal_that_was_written_down() -> None:
    plan = _plan("a1")
    once = naming.of_proposal(plan, _log(plan), replaces=plan)

    again = naming.of_proposal(plan, _log(plan, once), replaces=plan)

    assert again.sha256 == once.sha256


def test_names_of_other_runs_and_of_an_undo_keep_what_tells_them_apart() -> None:
    plan = _plan("2.a1", "a1-undo", "a12")

    assert _names(naming.of_proposal(plan, _log(plan), replaces=plan)) == [
        "2.a1-2",
        "a1-undo-2",
        "a12-2",
    ]
