"""A number that a model filled in: it goes as far as the rules' own, and takes nothing of theirs along."""

import dataclasses
from collections.abc import Callable

import pytest
from choosing_scene import asked, choosing
from run_scene import DRY_RUN, POLICY, Scene, make_scene

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Risk
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.planning.playbooks import Playbook, Step
from sre_agent.planning.ranges import Range
from sre_agent.planning.repairs import Repair
from sre_agent.safety import policy
from sre_agent.testing.toolbox import ok, refused

GROW = Step(name="grow", condition="it fails", when="true", repairs=("grow",))
REPAIR = Repair(
    name="grow",
    title="Give it pods",
    server="kubernetes",
    tool="scale_workload",
    arguments={
        "namespace": "{object.namespace}",
        "name": "{object.name}",
        "replicas": "{facts.current_revision}",
    },
    risk=Risk.LOW,
    rationale="Give {object.name} {facts.current_revision} pods.",
    requires=("current_revision",),
    min_confidence=0.6,
    adjustable={"replicas": Range(above="current_revision", times=3)},
)
DENYING = """
rules:
  - name: not-five
    ruling: deny
    when: 'action.tool == "scale_workload" && action.arguments.replicas == 5'
    reason: five is too many
"""


@pytest.fixture
def scene() -> Scene:
    """Return a scene in which the rules would give two pods, and three to six would do."""
    made = make_scene()
    books = tuple(_growing(book) for book in made.playbooks.playbooks)
    repairs = {**made.playbooks.repairs, "grow": REPAIR}
    made.playbooks = dataclasses.replace(made.playbooks, playbooks=books, repairs=repairs)
    made.toolbox.on("kubernetes", "scale_workload", ok(DRY_RUN))
    number = {"name": "grow.replicas", "value": 5}
    asked(made, choosing(made, "grow", arguments=[number]))
    return made


def _growing(book: Playbook) -> Playbook:
    steps = book.steps if book.always_a_person else (GROW, *book.steps)
    return book.model_copy(update={"steps": steps})


def _refusing_five() -> Callable[[ToolCall], ToolResult]:
    return lambda call: (
        refused("forbidden", "five is too many") if call.arguments["replicas"] == 5 else ok(DRY_RUN)
    )


def replicas(scene: Scene) -> list[int]:
    plans = [item["plan"] for item in scene.payloads(EventKind.PLAN_PROPOSED)]
    return [action["call"]["arguments"]["replicas"] for plan in plans for action in plan["actions"]]


async def test_the_number_is_put_before_a_person_beside_that_of_the_rules(scene: Scene) -> None:
    await scene.start()

    [payload] = scene.payloads(EventKind.PLAN_PROPOSED)
    [filled] = payload["plan"]["choice"]["chosen"]["filled"]
    assert replicas(scene) == [5]
    assert (filled["value"], filled["by_rules"], filled["least"], filled["most"]) == (5, 2, 3, 6)
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL

    await scene.answer(Verdict.APPROVED)

    written = [item.call.arguments for item in scene.toolbox.asked if item.mode == "write"]
    assert written[0]["replicas"] == 5


async def test_where_the_system_will_not_have_it_the_rules_own_number_is_tried(
    scene: Scene,
) -> None:
    scene.toolbox.on("kubernetes", "scale_workload", _refusing_five())

    await scene.start()

    [payload] = scene.payloads(EventKind.PLAN_PROPOSED)
    assert replicas(scene) == [2]
    assert "chosen" not in payload["plan"]["choice"]
    [passed] = payload["plan"]["choice"]["passed_over"]
    assert passed.startswith("grow, as scripted/model filled it: ")
    assert "five is too many" in passed


async def test_where_policy_denies_it_the_rules_own_number_is_put_before_policy(
    scene: Scene,
) -> None:
    rules = policy.load({"own.yaml": DENYING}, POLICY.tools).rules
    scene.policy = dataclasses.replace(POLICY, rules=POLICY.rules + rules)

    await scene.start()

    assert replicas(scene) == [5, 2]
    assert len(scene.payloads(EventKind.MODEL_CHOICE)) == 1
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
