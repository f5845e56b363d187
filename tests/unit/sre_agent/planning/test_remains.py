"""What stands of a plan that stopped halfway is said call by call."""

from sre_agent.domain.events import Event, EventDraft, EventKind, seal
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import remains
from sre_agent.safety import revert
from sre_agent.testing import plans
from sre_agent.testing.clock import START


def scaled(name: str, replicas: int) -> ToolCall:
    return ToolCall(server="k", tool="scale", arguments={"name": name, "replicas": replicas})


def action(number: int) -> Action:
    target = ObjectRef.deployment("ns", f"d{number}")
    plain = plans.action(scaled(target.name, 5), target, id_=f"a{number}")
    return plain.model_copy(update={"inverse": scaled(target.name, 2)})


PLAN = Plan(
    playbook="p",
    fault_class="saturation",
    cause_object=ObjectRef.deployment("ns", "d1"),
    confidence=0.9,
    summary="scale",
    actions=(action(1), action(2), action(3)),
)


def test_a_plan_that_stopped_says_what_was_done_what_not_and_the_way_back() -> None:
    said = remains.sentence(PLAN, {ActionId("a1"), ActionId("a2")})

    assert said == (
        "Done: k.scale(name='d1', replicas=5); k.scale(name='d2', replicas=5). "
        "Not done: k.scale(name='d3', replicas=5). "
        "To undo what was done: k.scale(name='d2', replicas=2); k.scale(name='d1', replicas=2)"
    )


def test_a_plan_of_which_nothing_was_done_has_nothing_to_say() -> None:
    assert remains.sentence(PLAN, ()) == ""


def test_an_undo_goes_backwards_and_says_what_still_stands() -> None:
    undo = revert.of(PLAN, "it did not help")
    assert undo is not None
    assert [item.id for item in undo.actions] == ["a3-undo", "a2-undo", "a1-undo"]

    said = remains.sentence(undo, {ActionId("a3-undo")})

    assert said == (
        "Taken back: k.scale(name='d3', replicas=5). "
        "Still stands: k.scale(name='d2', replicas=5); k.scale(name='d1', replicas=5)"
    )


def test_only_what_is_known_to_be_done_counts() -> None:
    log = [
        _finished(1, "a1", "ok"),
        _finished(2, "a2", "refused"),
        _finished(3, "a3", "unreachable"),
    ]

    assert remains.done(log) == {"a1"}


def test_what_was_done_before_the_rest_was_asked_anew_is_told_with_it() -> None:
    anew = action(2).model_copy(update={"id": ActionId("a2-2")})
    rest = PLAN.model_copy(update={"actions": (anew, action(3))})
    log = [
        _proposed(1, PLAN),
        _finished(2, "a1", "ok"),
        _finished(3, "a2", "refused"),
        _proposed(4, rest),
    ]

    said = remains.halfway(log, rest)

    assert [item.id for item in remains.whole(log, rest).actions] == ["a1", "a2-2", "a3"]
    assert said == (
        "Done: k.scale(name='d1', replicas=5). "
        "Not done: k.scale(name='d2', replicas=5); k.scale(name='d3', replicas=5). "
        "To undo what was done: k.scale(name='d1', replicas=2)"
    )


def test_a_plan_of_which_all_is_done_did_not_stop_halfway() -> None:
    log = [_proposed(1, PLAN), *(_finished(n + 1, f"a{n}", "ok") for n in (1, 2, 3))]

    assert remains.halfway(log, PLAN) == ""


def test_what_an_undo_takes_back_is_not_what_was_done_before_it() -> None:
    undo = revert.of(PLAN, "it did not help")
    assert undo is not None
    log = [
        _proposed(1, PLAN),
        *(_finished(n + 1, f"a{n}", "ok") for n in (1, 2, 3)),
        _proposed(5, undo),
    ]

    assert remains.whole(log, undo) == undo
    assert remains.halfway(log, undo).startswith("Still stands: ")


def _proposed(seq: int, plan: Plan) -> Event:
    draft = EventDraft(
        actor="planner",
        kind=EventKind.PLAN_PROPOSED,
        payload={"plan": plan.model_dump(mode="json"), "plan_sha256": plan.sha256},
        step_key=f"plan:{seq}",
    )
    return seal(IncidentId("i"), draft, seq=seq, at=START, prev_hash="")


def _finished(seq: int, action_id: str, status: str) -> Event:
    draft = EventDraft(
        actor="executor",
        kind=EventKind.ACTION_FINISHED,
        payload={"action_id": action_id, "status": status},
        step_key=action_id,
    )
    return seal(IncidentId("i"), draft, seq=seq, at=START, prev_hash="")
