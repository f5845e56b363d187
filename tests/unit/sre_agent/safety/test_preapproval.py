"""The yes to a plan covers exactly its undo, once fresh data call for it, on what the actions left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from sre_agent.domain.events import Event, EventDraft, EventKind, seal
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import (
    Action,
    DryRun,
    Plan,
)
from sre_agent.domain.tools import ToolCall
from sre_agent.safety import preapproval, revert
from sre_agent.safety.preapproval import Covered
from sre_agent.testing import plans
from sre_agent.testing.clock import START

WHY = "error ratio 0.1 before, 0.9 after"


def scaled(name: str, replicas: int) -> ToolCall:
    return ToolCall(server="k", tool="scale", arguments={"replicas": replicas, "name": name})


def dry_run(state: str, left: str = "", uid: str = "u") -> DryRun:
    return DryRun(
        state_sha256=state, result_sha256="r", uid=uid, changes=("replicas",), left_sha256=left
    )


def action(number: int) -> Action:
    target = ObjectRef.deployment("ns", f"d{number}")
    plain = plans.action(scaled(target.name, 5), target, id_=f"a{number}")
    return plain.model_copy(
        update={
            "inverse": scaled(target.name, 2),
            "dry_run": dry_run(f"before-{number}", f"left-{number}"),
        }
    )


REPAIR = Plan(
    playbook="p",
    fault_class="saturation",
    cause_object=ObjectRef.deployment("ns", "d1"),
    confidence=0.9,
    summary="scale",
    actions=(action(1), action(2)),
)


def undo_of(plan: Plan, reason: str = WHY) -> Plan:
    """Return the undo of a plan, rehearsed on what its actions left behind."""
    derived = revert.of(plan, reason)
    assert derived is not None
    pairs = zip(derived.actions, reversed(plan.actions), strict=True)
    actions = [
        item.model_copy(update={"dry_run": dry_run(of.dry_run.left_sha256 if of.dry_run else "")})
        for item, of in pairs
    ]
    return derived.model_copy(update={"actions": tuple(actions)})


@dataclass
class Story:
    """What a run wrote down up to its undo; a test changes what it likes before it is told."""

    repair: Plan = REPAIR
    verdict: str = "approved"
    without: Sequence[str] = ()
    granted: Sequence[str] = ("a1", "a2")
    granted_for: str = REPAIR.sha256
    finished: Sequence[str] = ("a1", "a2")
    result: str = "worse"
    verifier: str = "verifier"
    verified: str = REPAIR.sha256
    undo: Plan = field(default_factory=lambda: undo_of(REPAIR))
    proposed_before: Sequence[Plan] = ()

    def log(self) -> list[Event]:
        told: list[tuple[str, EventKind, dict[str, Any]]] = [
            ("planner", EventKind.PLAN_PROPOSED, _proposal(self.repair)),
            (
                "ann",
                EventKind.APPROVAL_DECIDED,
                {"verdict": self.verdict, "without": self.without},
            ),
        ]
        claims = {"plan_sha256": self.granted_for}
        told += [
            ("signer", EventKind.GRANT_MINTED, {"action_id": id_, "claims": claims})
            for id_ in self.granted
        ]
        told += [
            ("executor", EventKind.ACTION_FINISHED, {"action_id": id_, "status": "ok"})
            for id_ in self.finished
        ]
        ended = {"result": self.result, "reason": WHY, "plan_sha256": self.verified}
        told.append((self.verifier, EventKind.VERIFICATION_FINISHED, ended))
        for plan in (*self.proposed_before, self.undo):
            told.append(("planner", EventKind.PLAN_PROPOSED, _proposal(plan)))
        return [_event(seq, *item) for seq, item in enumerate(told, start=1)]

    def found(self) -> Covered | str:
        return preapproval.find(self.log(), self.undo)


def _proposal(plan: Plan) -> dict[str, Any]:
    return {"plan": plan.model_dump(mode="json"), "plan_sha256": plan.sha256}


def _event(seq: int, actor: str, kind: EventKind, payload: dict[str, Any]) -> Event:
    draft = EventDraft(actor=actor, kind=kind, payload=payload, step_key=str(seq))
    return seal(IncidentId("i"), draft, seq=seq, at=START, prev_hash="")


def test_the_undo_of_an_approved_plan_that_did_not_help_is_covered() -> None:
    found = Story().found()

    assert isinstance(found, Covered)
    assert found.plan == REPAIR
    assert [event.kind for event in found.log][-1] is EventKind.VERIFICATION_FINISHED


def test_what_was_left_out_is_left_out_of_the_undo_too() -> None:
    rest = REPAIR.without([ActionId("a2")])
    story = Story(
        without=["a2"],
        granted=["a1"],
        finished=["a1"],
        verified=rest.sha256,
        undo=undo_of(rest),
    )

    assert isinstance(story.found(), Covered)
    story.undo = undo_of(REPAIR)
    assert isinstance(story.found(), str)


def _edited(edit: Callable[[Action], dict[str, Any]]) -> Plan:
    undo = undo_of(REPAIR)
    first, *rest = undo.actions
    return undo.model_copy(update={"actions": (first.model_copy(update=edit(first)), *rest)})


@pytest.mark.parametrize(
    ("story", "why"),
    [
        (Story(verdict="rejected"), "nobody approved"),
        (Story(granted=["a1"]), "a2 is not known to be done"),
        (Story(granted_for="0" * 64), "a1 is not known to be done"),
        (Story(finished=["a1"]), "a2 is not known to be done"),
        (Story(result="improved"), "does not say that it did not help"),
        (Story(result="unknown"), "does not say that it did not help"),
        (Story(result="resolved"), "does not say that it did not help"),
        (Story(verifier="executor"), "no verification of the plan"),
        (Story(verified="0" * 64), "no verification of the plan"),
        (Story(undo=undo_of(REPAIR, "because")), "not exactly the undo"),
        (Story(undo=_edited(lambda _: {"call": scaled("d2", 0)})), "not exactly the undo"),
        (
            Story(
                undo=_edited(
                    lambda a: {"target": a.verification.object.model_copy(update={"name": "db"})}
                )
            ),
            "not exactly the undo",
        ),
        (Story(undo=_edited(lambda _: {"dry_run": dry_run("changed")})), "as the action left it"),
        (Story(undo=_edited(lambda _: {"dry_run": dry_run("left-2", uid="v")})), "as the action"),
        (Story(undo=_edited(lambda _: {"dry_run": None})), "as the action left it"),
        (Story(proposed_before=[undo_of(REPAIR)]), "an undo was proposed before"),
        (Story(undo=REPAIR), "takes no plan back"),
    ],
)
def test_anything_else_is_not_covered_and_says_why(story: Story, why: str) -> None:
    found = story.found()

    assert isinstance(found, str)
    assert why in found


def test_a_plan_whose_rehearsal_foretold_nothing_is_not_covered() -> None:
    blank = tuple(
        item.model_copy(update={"dry_run": dry_run(f"before-{n}")})
        for n, item in enumerate(REPAIR.actions)
    )
    repair = REPAIR.model_copy(update={"actions": blank})
    story = Story(
        repair=repair, granted_for=repair.sha256, verified=repair.sha256, undo=undo_of(repair)
    )

    found = story.found()

    assert isinstance(found, str)
    assert "as the action left it" in found


def test_a_plan_of_another_run_is_not_in_the_log_of_this_one() -> None:
    story = Story()

    found = preapproval.find(story.log()[-1:], story.undo)

    assert found == "the plan that it takes back is not of this run"


def test_the_order_in_which_arguments_were_written_does_not_matter() -> None:
    turned = Plan.model_validate_json(REPAIR.model_dump_json())
    swapped = tuple(
        item.model_copy(
            update={
                "inverse": scaled(item.target.name, 2).model_copy(
                    update={"arguments": {"name": item.target.name, "replicas": 2}}
                )
            }
        )
        for item in turned.actions
    )

    assert revert.of(turned.model_copy(update={"actions": swapped}), WHY) == revert.of(REPAIR, WHY)
