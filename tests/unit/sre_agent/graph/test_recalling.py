"""Memory in a run: past incidents are evidence like any other, seen, cited and told."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from run_scene import Scene, make_scene

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.alert_streams import PastFailure
from sre_agent.diagnosis.incident import alert_stream, case, situation
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import EventKind
from sre_agent.domain.observations.memory import NamedCause, Outcome, PastIncident, PastVerdict
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.verdict import Judgement
from sre_agent.graph import recalling
from sre_agent.memory import lessons
from sre_agent.memory.features import Family
from sre_agent.testing import FakeMemory, views
from sre_agent.testing.world import ROLES


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def past(scene: Scene) -> PastIncident:
    cause = NamedCause(fault_class="bad_release", object=scene.world.ref("core"))  # type: ignore[arg-type] # parsed
    return PastIncident(
        incident_id="inc-42",
        ended_at=scene.world.now - timedelta(days=3),
        cluster_id="cluster-1",
        namespace=scene.world.namespace,
        service="core",
        cause=cause,
        repair="rollback_rollout(name, namespace, to_revision)",
        outcome=Outcome.RESOLVED,
        verdict=PastVerdict(judgement=Judgement.RIGHT, actor="ann"),
        similarity=0.8,
        reasons=("same service", "same new error line: " + "x" * 400),
    )


def remembered(scene: Scene) -> list[dict[str, object]]:
    added = [payload["evidence"] for payload in scene.payloads(EventKind.EVIDENCE_ADDED)]
    return [item for item in added if item["kind"] == "memory.past_incidents"]


async def test_a_past_incident_is_evidence_that_the_diagnosis_cites(scene: Scene) -> None:
    scene.memory = FakeMemory((past(scene),))

    await scene.start()

    [evidence] = remembered(scene)
    assert "inc-42" in str(evidence["summary"])
    ranked = scene.payloads(EventKind.CAUSES_RANKED)[-1]["diagnosis"]
    top = Diagnosis.model_validate(ranked).causes[0]
    assert evidence["id"] in top.evidence_for
    assert any("inc-42" in finding.statement for finding in top.findings)


async def test_the_report_tells_what_was_seen_before(scene: Scene) -> None:
    scene.memory = FakeMemory((past(scene),))
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    report = scene.incidents.reports[scene.id]
    assert "## Seen before" in report
    assert "inc-42" in report
    assert "judged right by ann" in report


async def test_an_organization_without_a_past_has_no_such_evidence(scene: Scene) -> None:
    scene.memory = FakeMemory()

    await scene.start()
    await scene.answer(Verdict.APPROVED)

    assert scene.memory.asked
    assert remembered(scene) == []
    assert "Seen before" not in scene.incidents.reports[scene.id]


async def test_memory_is_asked_with_what_was_seen(scene: Scene) -> None:
    scene.memory = FakeMemory()

    await scene.start()

    asked = scene.memory.asked[-1]
    assert asked.of(Family.CAUSE) == {"bad_release"}
    assert asked.of(Family.RELEASE) == {"recent"}


async def test_a_round_that_is_judged_again_files_new_memories_under_an_id_of_their_own(
    scene: Scene,
) -> None:
    first, second = past(scene), past(scene).model_copy(update={"incident_id": "inc-43"})
    context: Any = SimpleNamespace(
        clock=scene.clock, journal=scene.journal, memory=FakeMemory((first,))
    )
    incident = scene.incidents.incident
    known = views.evidence(scene.world, *ROLES)
    found = diagnose(known, incident, scene.world.now)
    [told] = await recalling.recall(context, incident, known, found, 1)

    context.memory = FakeMemory((first, second))
    [more] = await recalling.recall(context, incident, [*known, told], found, 1)
    context.memory = FakeMemory((second,))
    nothing_new = await recalling.recall(context, incident, [*known, told, more], found, 1)

    assert told.id != more.id
    assert "inc-43" in more.summary
    assert nothing_new == []


async def test_what_memory_learned_of_alerts_is_filed_once_until_it_changes(scene: Scene) -> None:
    incident = scene.incidents.incident
    known = views.evidence(scene.world, *ROLES)
    stream = alert_stream.of(situation.assess(case.build(known, incident, scene.world.now)))
    culprit = str(scene.world.ref("core"))
    taught = lessons.learn([PastFailure(stream, culprit, incident_id=f"i{n}") for n in range(20)])
    context: Any = SimpleNamespace(
        clock=scene.clock, journal=scene.journal, memory=FakeMemory(taught=taught)
    )
    found = diagnose(known, incident, scene.world.now)

    [told] = await recalling.recall(context, incident, known, found, 1)
    again = await recalling.recall(context, incident, [*known, told], found, 2)

    assert told.kind == "memory.alert_patterns"
    assert told.facts["patterns"][0]["object"] == culprit
    assert f"by 20 verified past incidents the alerts point to: {culprit}" in told.summary
    assert again == []
