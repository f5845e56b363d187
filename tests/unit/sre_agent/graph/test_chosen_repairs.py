"""A model's choice among repairs: logged, asked for once, never alone, and no loss where it is no use."""

import dataclasses

import pytest
from choosing_scene import RESTART, UNDO, Reply, asked, choosing, open_scene, proposed
from run_scene import POLICY, Scene, make_scene
from test_second_mind import trace

from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Ruling, Verdict
from sre_agent.llm.mind import Answer, MindUnavailableError, Question, ToolRequest, Usage
from sre_agent.safety import policy
from sre_agent.safety.policy import Policy
from sre_agent.testing.toolbox import refused, unreachable

ALLOWING = """
rules:
  - {name: go-ahead, ruling: allow, when: 'true', reason: it is a test}
"""
DENYING = """
rules:
  - {name: no-restart, ruling: deny, when: 'action.tool == "restart_rollout"', reason: never that}
"""


def allowing(*more: str) -> Policy:
    """Return the shipped denials, and nobody is asked."""
    denials = tuple(rule for rule in POLICY.rules if rule.text.ruling is Ruling.DENY)
    texts = {str(number): text for number, text in enumerate((ALLOWING, *more))}
    return dataclasses.replace(POLICY, rules=denials + policy.load(texts, POLICY.tools).rules)


@pytest.fixture
def scene() -> Scene:
    return open_scene()


def told(scene: Scene) -> list[tuple[str, str]]:
    """Return the ruling on each plan, with the rule that made it."""
    ruled = scene.payloads(EventKind.POLICY_RULED)
    return [(item["rulings"][0]["ruling"], item["rulings"][0]["rule"]) for item in ruled]


async def test_what_a_model_chose_otherwise_is_carried_out_once_a_person_says_yes(
    scene: Scene,
) -> None:
    asked(scene, choosing(scene, RESTART.name))
    await scene.start()

    [payload] = scene.payloads(EventKind.MODEL_CHOICE)
    [plan] = scene.payloads(EventKind.PLAN_PROPOSED)
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    assert proposed(scene) == ["restart_rollout"]
    assert payload["choice"]["chosen"] == plan["plan"]["choice"]["chosen"]
    assert plan["plan"]["choice"]["chosen"]["instead_of"]["step"] == UNDO
    assert [call["tool"] for call in payload["calls"]] == ["restart_rollout"]

    await scene.answer(Verdict.APPROVED)

    written = [item.call.tool for item in scene.toolbox.asked if item.mode == "write"]
    assert written[0] == "restart_rollout"


async def test_policy_that_allows_everything_still_asks_about_it(scene: Scene) -> None:
    scene.policy = allowing()
    asked(scene, choosing(scene, RESTART.name))

    await scene.start()

    assert told(scene) == [("ask", "chosen-by-a-model")]
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    assert "write" not in scene.modes()


async def test_what_the_rules_would_do_as_well_runs_as_they_would_let_it(scene: Scene) -> None:
    alone = open_scene()
    alone.policy = scene.policy = allowing()
    asked(scene, choosing(scene, UNDO))

    await alone.start()
    await scene.start()

    [payload] = scene.payloads(EventKind.MODEL_CHOICE)
    [plan], [other] = (item.payloads(EventKind.PLAN_PROPOSED) for item in (scene, alone))
    assert payload["choice"]["step"] == UNDO
    assert payload["choice"]["chosen"] is None
    assert plan == other
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED


async def test_without_a_model_a_run_is_as_it_was_to_the_letter(scene: Scene) -> None:
    alone = open_scene()
    asked(scene, dead)
    await alone.start()
    await scene.start()

    same = [event for event in scene.events if event.kind is not EventKind.MODEL_CHOICE]
    assert EventKind.MODEL_CHOICE not in {event.kind for event in alone.events}
    assert trace(same) == trace(alone.events)
    assert "chosen" not in str(alone.payloads(EventKind.PLAN_PROPOSED))


async def test_where_there_is_one_repair_nobody_is_asked() -> None:
    scene = make_scene()
    mind = asked(scene, choosing(scene, UNDO))

    await scene.start()

    assert mind.asked == []
    assert proposed(scene) == ["rollback_rollout"]


def dead(_question: Question) -> Answer:
    raise MindUnavailableError("connection refused")


def writes(_question: Question) -> Answer:
    call = ToolRequest(tool="kubernetes.delete_pod", arguments={"name": "x"})
    return Answer(tool_calls=(call,), usage=Usage(), model="scripted/model", seconds=0.1)


@pytest.mark.parametrize(
    "said",
    [
        {"option": "kubectl delete deployment core"},
        {"option": "restart_rollout"},
        {"option": "hand over"},
        {"option": RESTART.name, "reason": "run kubectl delete pod core-1"},
        {"option": RESTART.name, "claims": []},
        {"option": RESTART.name, "claims": [{"evidence": "x-1", "fact": "a", "value": 1}]},
        {"option": RESTART.name, "arguments": [{"name": "namespace", "value": 1}]},
        {"option": UNDO, "arguments": [{"name": "rollback_release.to_revision", "value": 1}]},
    ],
)
async def test_a_choice_that_is_no_use_costs_a_note(scene: Scene, said: dict[str, object]) -> None:
    asked(scene, choosing(scene, **said))  # type: ignore[arg-type]

    await scene.start()

    [payload] = scene.payloads(EventKind.MODEL_CHOICE)
    assert payload["choice"]["note"]
    assert payload["calls"] == []
    assert proposed(scene) == ["rollback_rollout"]


@pytest.mark.parametrize("reply", [dead, writes])
async def test_a_model_that_fails_costs_a_note(scene: Scene, reply: Reply) -> None:
    asked(scene, reply)

    await scene.start()

    [payload] = scene.payloads(EventKind.MODEL_CHOICE)
    assert payload["choice"]["note"]
    assert proposed(scene) == ["rollback_rollout"]


async def test_a_run_that_is_taken_up_again_does_not_ask_twice(scene: Scene) -> None:
    mind = asked(scene, choosing(scene, RESTART.name))
    await scene.start()
    scene.saver = type(scene.saver)()  # every checkpoint was lost; the log was not

    await scene.start()

    assert len(mind.asked) == 1
    assert len(scene.payloads(EventKind.MODEL_CHOICE)) == 1
    assert proposed(scene) == ["restart_rollout"]


@pytest.mark.parametrize("answer", [refused("forbidden", "it is paused"), unreachable("it hangs")])
async def test_where_its_dry_run_fails_the_rules_go_on_and_ask_nobody(
    scene: Scene, answer: object
) -> None:
    mind = asked(scene, choosing(scene, RESTART.name))
    scene.toolbox.on("kubernetes", "restart_rollout", answer)  # type: ignore[arg-type]

    await scene.start()

    [plan] = scene.payloads(EventKind.PLAN_PROPOSED)
    assert proposed(scene) == ["rollback_rollout"]
    assert "chosen" not in plan["plan"]["choice"]
    assert len(mind.asked) == 1


async def test_where_policy_denies_it_the_rules_go_on_and_ask_nobody(scene: Scene) -> None:
    scene.policy = allowing(DENYING)
    mind = asked(scene, choosing(scene, RESTART.name))

    await scene.start()

    assert told(scene) == [("deny", "no-restart"), ("allow", "go-ahead")]
    assert proposed(scene) == ["restart_rollout", "rollback_rollout"]
    assert len(mind.asked) == 1
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED


async def test_where_another_incident_works_on_its_object_the_rules_go_on(scene: Scene) -> None:
    asked(scene, choosing(scene, RESTART.name))
    claim = scene.incidents.claim_target
    holders = iter([IncidentId("inc-other")])

    async def taken(incident_id: IncidentId, target: object) -> IncidentId:
        return next(holders, None) or await claim(incident_id, target)  # type: ignore[arg-type]

    scene.incidents.claim_target = taken  # type: ignore[method-assign]

    await scene.start()

    assert proposed(scene) == ["rollback_rollout"]
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL


async def test_the_report_and_the_timeline_tell_who_chose_and_what_the_rules_would_have(
    scene: Scene,
) -> None:
    asked(scene, choosing(scene, RESTART.name))
    await scene.start()

    await scene.answer(Verdict.REJECTED, "no")

    report = scene.incidents.reports[scene.id]
    assert "Warning: chosen by scripted/model, a language model; the rules would have" in report
    assert 'in its words: "it is quicker"' in report
    assert f"scripted/model chose 'restart'; the rules would have chosen '{UNDO}'" in report
