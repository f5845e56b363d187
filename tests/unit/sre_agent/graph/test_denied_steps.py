"""Where policy denies a step, the next one of the playbook that holds is put before it."""

import dataclasses
from collections.abc import Callable

import pytest
from run_scene import DRY_RUN, POLICY, Scene, make_scene

from sre_agent.config import permissions
from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.planning.playbooks import Playbook, Step
from sre_agent.safety import policy
from sre_agent.testing.toolbox import ok, refused

RESTART = Step(name="restart", condition="it fails", when="true", repairs=("restart_workload",))
DENIAL = """
rules:
  - {name: no-{tool}, ruling: deny, when: 'action.tool == "{tool}"', reason: never {tool}}
"""


@pytest.fixture
def scene() -> Scene:
    """Return a scene whose playbooks restart first, which policy denies, then undo the release."""
    made = make_scene()
    books = tuple(_restarting(book) for book in made.playbooks.playbooks)
    made.playbooks = dataclasses.replace(made.playbooks, playbooks=books)
    made.toolbox.on("kubernetes", "restart_rollout", ok(DRY_RUN))
    made.policy = _denying("restart_rollout")
    return made


def _restarting(book: Playbook) -> Playbook:
    steps = book.steps if book.always_a_person else (RESTART, *book.steps)
    return book.model_copy(update={"steps": steps})


def _denying(*tools: str) -> policy.Policy:
    texts = {tool: DENIAL.replace("{tool}", tool) for tool in tools}
    rules = policy.load(texts, POLICY.tools).rules
    return dataclasses.replace(
        permissions.load_policy(permissions.load_allow_list()), rules=POLICY.rules + rules
    )


def _proposed(scene: Scene) -> list[str]:
    plans = [item["plan"] for item in scene.payloads(EventKind.PLAN_PROPOSED)]
    return [action["call"]["tool"] for plan in plans for action in plan["actions"]]


async def test_a_denied_step_is_passed_over_and_only_the_next_is_asked(scene: Scene) -> None:
    await scene.start()

    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    assert _proposed(scene) == ["restart_rollout", "rollback_rollout"]
    ruled = scene.payloads(EventKind.POLICY_RULED)
    assert [item["rulings"][0]["ruling"] for item in ruled] == ["deny", "ask"]
    plans = scene.payloads(EventKind.PLAN_PROPOSED)
    [passed] = plans[-1]["plan"]["choice"]["passed_over"]
    assert "never restart_rollout (rule no-restart_rollout)" in passed
    [asked] = scene.payloads(EventKind.APPROVAL_REQUESTED)
    assert asked["plan_sha256"] == plans[-1]["plan_sha256"]


async def test_the_step_that_policy_lets_pass_is_carried_out(scene: Scene) -> None:
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
    written = [asked.call.tool for asked in scene.toolbox.asked if asked.mode == "write"]
    assert written == ["rollback_rollout"]


async def test_when_every_step_is_denied_people_are_told_all_of_it(scene: Scene) -> None:
    scene.policy = _denying("restart_rollout", "rollback_rollout")

    await scene.start()

    assert "policy denies the plan: never restart_rollout" in scene.escalation
    assert "policy denies the plan: never rollback_rollout" in scene.escalation
    assert _proposed(scene) == ["restart_rollout", "rollback_rollout"]
    assert not scene.payloads(EventKind.APPROVAL_REQUESTED)
    assert "write" not in scene.modes()


async def test_a_step_planned_after_another_was_overtaken_is_an_action_of_its_own() -> None:
    scene = make_scene()
    scene.playbooks = dataclasses.replace(
        scene.playbooks, playbooks=tuple(_restarting_next(b) for b in scene.playbooks.playbooks)
    )
    scene.toolbox.on("kubernetes", "rollback_rollout", _overtaken(scene))
    scene.toolbox.on("kubernetes", "restart_rollout", ok(DRY_RUN))
    await scene.start()
    scene.policy = _denying("rollback_rollout")

    await scene.answer(
        Verdict.APPROVED
    )  # overtaken; asked anew it is denied, and the next is asked
    await scene.answer(Verdict.APPROVED)

    assert _proposed(scene) == ["rollback_rollout", "rollback_rollout", "restart_rollout"]
    begun = scene.payloads(EventKind.ACTION_STARTED)
    assert [item["call"]["tool"] for item in begun] == ["rollback_rollout", "restart_rollout"]
    assert len({item["action_id"] for item in begun}) == 2
    written = [asked.call.tool for asked in scene.toolbox.asked if asked.mode == "write"]
    assert written == ["rollback_rollout", "restart_rollout"]


def _restarting_next(book: Playbook) -> Playbook:
    first, *others = book.steps
    steps = book.steps if book.always_a_person else (first, RESTART, *others)
    return book.model_copy(update={"steps": steps})


def _overtaken(scene: Scene) -> Callable[[ToolCall], ToolResult]:
    def reply(_: ToolCall) -> ToolResult:
        if scene.toolbox.asked[-1].mode == "rehearse":
            return ok(DRY_RUN)
        return refused("state_changed", "the object was changed since the approval")

    return reply
