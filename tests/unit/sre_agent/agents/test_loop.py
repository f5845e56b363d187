"""A specialist asks what its incident and its questions call for, and nothing it may not."""

import asyncio

import pytest
from specialist_runs import LIMITS, sent, tools

from sre_agent.agents import loop
from sre_agent.agents.loop import Assignment
from sre_agent.agents.specialists import BY_NAME, SPECIALISTS
from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.asking.questions import LOOKS_AGAIN, Topic
from sre_agent.domain.causes import Question
from sre_agent.domain.evidence import Evidence, Gap
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import ResourceList
from sre_agent.domain.tools import ToolStatus
from sre_agent.testing import FakeToolbox, views
from sre_agent.testing import evidence as build
from sre_agent.testing.toolbox import ok, refused
from sre_agent.testing.world import World


async def test_the_kubernetes_specialist_looks_at_the_alerting_workload_and_its_surroundings() -> (
    None
):
    world = World(1)

    report = await sent("kubernetes", world.incident("core"), views.toolbox(world))

    assert report.gaps == ()
    assert sorted(tools(report)) == [
        "describe_workload",
        "list_events",
        "list_objects",
        "list_resources",
        "list_resources",
        "node_status",
        "rollout_history",
    ]
    assert {item.subject for item in report.evidence if item.subject} == {world.ref("core")}


async def test_evidence_ids_follow_the_plan_and_not_the_speed_of_answers() -> None:
    world = World(1)
    incident = world.incident("core")
    usual = await sent("kubernetes", incident, views.toolbox(world))
    slow_first = views.toolbox(world).on(
        "kubernetes",
        "list_resources",
        ok(views.deployments(world).model_dump(mode="json"), observed_at=world.now),
        delay_s=0.05,
        kind="Deployment",
    )

    slow = await sent("kubernetes", incident, slow_first)

    assert [(item.id, item.call) for item in slow.evidence] == [
        (item.id, item.call) for item in usual.evidence
    ]
    assert usual.evidence[0].id == "k8s-1.1"


async def test_a_pod_named_by_an_alert_leads_to_its_deployment() -> None:
    world = World(1)
    pod = world.pods("pay")[0].name
    incident = world.incident("pay", pod=pod).model_copy(update={"service": pod})

    report = await sent("kubernetes", incident, views.toolbox(world))

    assert world.ref("pay") in {item.subject for item in report.evidence}


async def test_a_service_of_another_name_leads_to_the_workload_it_selects() -> None:
    world = World(1)
    rows = views.services(world).items
    renamed = rows[1].model_copy(update={"object": build.service_ref(world.namespace, "public")})
    listed = ResourceList(kind="Service", namespace=world.namespace, items=(renamed,))
    toolbox = views.toolbox(world).on(
        "kubernetes", "list_resources", ok(listed.model_dump(mode="json")), kind="Service"
    )
    incident = world.incident("core", service="public").model_copy(update={"service": "public"})

    report = await sent("kubernetes", incident, toolbox)

    assert world.ref("core") in {item.subject for item in report.evidence}


async def test_metrics_unknown_under_one_name_are_asked_for_under_the_next() -> None:
    world = World(1)
    name = world.services["core"].name
    signals = views.signals(world, "core").model_dump(mode="json")
    toolbox = FakeToolbox().on("prometheus", "golden_signals", ok(signals), service="public")
    rows = views.services(world).items
    renamed = rows[1].model_copy(update={"object": build.service_ref(world.namespace, "public")})
    listed = ResourceList(kind="Service", namespace=world.namespace, items=(renamed,))
    known = [
        build.evidence("k8s-1.1", views.deployments(world), world.now),
        build.evidence("k8s-1.2", listed, world.now),
    ]

    report = await loop.run(
        BY_NAME["metrics"], Assignment(world.incident("core"), 2, (), known), toolbox, LIMITS
    )

    asked = [item.call.arguments.get("service") for item in toolbox.asked]
    assert asked[-2:] == [name, "public"]
    assert tools(report) == ["golden_signals"]


async def test_the_specialists_find_a_bad_release_behind_its_caller_in_few_rounds() -> None:
    world = World(12)
    world.release("store", ago_s=70, error_ratio=0.4)
    incident, toolbox = world.incident("entry"), views.toolbox(world)
    evidence: list[Evidence] = []
    gaps: list[Gap] = []
    questions: tuple[Question, ...] = ()
    found = diagnose([], incident, world.now)

    for round_ in range(1, 5):
        assignment = Assignment(incident, round_, questions, tuple(evidence), tuple(gaps))
        reports = await asyncio.gather(
            *(loop.run(item, assignment, toolbox, LIMITS) for item in SPECIALISTS)
        )
        for report in reports:
            evidence.extend(report.evidence)
            gaps.extend(report.gaps)
        found = diagnose(evidence, incident, world.now)
        questions = found.questions
        if not questions:
            break

    assert not found.abstained, found.reason
    assert found.causes[0].object == world.ref("store")
    assert len({item.id for item in evidence}) == len(evidence)
    assert all(item.mode == "read" for item in toolbox.asked)


async def test_a_pod_that_ended_only_once_is_asked_for_its_only_run() -> None:
    world = World(1)
    pod = world.pods("pay")[0].name
    ref = ObjectRef(kind="Pod", namespace=world.namespace, name=pod)
    question = Question(specialist="kubernetes", topic="pod_logs", object=ref, reason="it ends")
    said = {"namespace": world.namespace, "pod": pod, "container": "app", "lines": ["bye"]}
    toolbox = (
        views.toolbox(world)
        .on("kubernetes", "get_pod_logs", refused("not_found"), previous=True)
        .on("kubernetes", "get_pod_logs", ok({**said, "previous": False}), previous=False)
    )

    report = await loop.run(
        BY_NAME["kubernetes"], Assignment(world.incident("pay"), 2, (question,)), toolbox, LIMITS
    )

    assert "get_pod_logs" in tools(report)
    assert [gap.status for gap in report.gaps] == [ToolStatus.REFUSED]


@pytest.mark.parametrize(
    ("name", "repeated"),
    [
        ("kubernetes", ["describe_workload", "list_events", "list_objects"]),
        ("metrics", ["golden_signals", "list_alerts", "resource_use"]),
        ("logs", []),
    ],
)
async def test_to_look_again_is_to_ask_once_more_what_time_may_have_changed(
    name: str, repeated: list[str]
) -> None:
    world = World(7)
    incident, toolbox = world.incident("core"), views.toolbox(world)
    reports = [await sent(each, incident, toolbox) for each in ("kubernetes", "metrics", "logs")]
    evidence = tuple(item for report in reports for item in report.evidence)
    again = tuple(
        Question(specialist=each, topic=Topic.AGAIN, object=world.ref("core"), reason="young")
        for each in LOOKS_AGAIN
    )

    report = await loop.run(
        BY_NAME[name], Assignment(incident, 2, questions=again, evidence=evidence), toolbox, LIMITS
    )

    assert sorted(tools(report)) == repeated
    assert not {item.id for item in report.evidence} & {item.id for item in evidence}


async def test_what_is_no_deployment_is_asked_for_by_its_kind() -> None:
    world = World(7)
    incident, toolbox = world.incident("core"), views.toolbox(world)
    store = ObjectRef(kind="StatefulSet", namespace=world.namespace, name="ledger")
    question = Question(
        specialist="kubernetes", topic=Topic.WORKLOAD, object=store, reason="calls to it fail"
    )

    await loop.run(
        BY_NAME["kubernetes"], Assignment(incident, 2, questions=(question,)), toolbox, LIMITS
    )

    described = [each.call for each in toolbox.asked if each.call.tool == "describe_workload"]
    assert {"namespace": world.namespace, "name": "ledger", "kind": "StatefulSet"} in [
        dict(call.arguments) for call in described
    ]
