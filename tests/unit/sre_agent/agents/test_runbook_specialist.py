"""The runbooks specialist searches by the alerts' names and services, and reads what fits best."""

from typing import Any

from sre_agent.agents import loop
from sre_agent.agents.loop import Assignment, Limits, SpecialistReport
from sre_agent.agents.specialists import BY_NAME
from sre_agent.agents.summaries import summarize
from sre_agent.config import permissions
from sre_agent.domain.causes import Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.runbooks import Runbook, RunbookMatch, RunbookMatches
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing import FakeToolbox
from sre_agent.testing.toolbox import ok, unreachable
from sre_agent.testing.views import no_runbooks
from sre_agent.testing.world import World

WORLD = World(1)
LIMITS = Limits(permissions.load_allow_list())


def match(id_: str, score: float, *matched: str) -> RunbookMatch:
    return RunbookMatch(
        id=id_,
        title=id_,
        source="folder",
        is_stale=False,
        age_days=1,
        score=score,
        matched=matched,
        why="it fits",
    )


def answering(*matches: RunbookMatch) -> FakeToolbox:
    def search(call: ToolCall) -> ToolResult:
        return ok(
            RunbookMatches.model_validate(
                {**call.arguments, "matches": [item.model_dump() for item in matches]}
            ).model_dump(mode="json")
        )

    def read(call: ToolCall) -> ToolResult:
        head: dict[str, Any] = {"id": call.arguments["id"], "title": "t", "source": "folder"}
        found = Runbook.model_validate({**head, "is_stale": True, "sections": ()})
        return ok(found.model_dump(mode="json"))

    return (
        FakeToolbox().on("runbooks", "search_runbooks", search).on("runbooks", "get_runbook", read)
    )


async def sent(
    toolbox: FakeToolbox,
    incident: Incident,
    questions: tuple[Question, ...] = (),
    evidence: tuple[Evidence, ...] = (),
) -> SpecialistReport:
    assignment = Assignment(incident, 1, questions, evidence)
    return await loop.run(BY_NAME["runbooks"], assignment, toolbox, LIMITS)


def asked(toolbox: FakeToolbox, tool: str) -> list[dict[str, Any]]:
    return [item.call.arguments for item in toolbox.asked if item.call.tool == tool]


async def test_it_asks_by_alert_and_service_and_reads_what_was_found_by_name() -> None:
    incident = WORLD.incident("core")
    toolbox = answering(
        match("alert", 12, "alert"), match("service", 6, "service"), match("words", 2, "words")
    )

    report = await sent(toolbox, incident)

    searched = {"alert": incident.alerts[0].name, "service": WORLD.services["core"].name}
    assert asked(toolbox, "search_runbooks") == [searched]
    assert asked(toolbox, "get_runbook") == [{"id": "alert"}, {"id": "service"}]
    assert [item.kind for item in report.evidence] == [
        "runbooks.matches",
        "runbooks.runbook",
        "runbooks.runbook",
    ]
    assert report.evidence[0].id == "run-1.1"


async def test_of_many_found_by_name_no_more_than_the_six_best_are_read() -> None:
    toolbox = answering(*(match(f"book-{score}", score, "alert") for score in range(10, 18)))

    await sent(toolbox, WORLD.incident("core"))

    read = [item["id"] for item in asked(toolbox, "get_runbook")]
    assert read == [f"book-{score}" for score in range(17, 11, -1)]


async def test_with_no_match_by_name_the_best_by_words_is_read() -> None:
    toolbox = answering(match("best", 3, "words"), match("next", 2, "words"))

    await sent(toolbox, WORLD.incident("core"))

    assert asked(toolbox, "get_runbook") == [{"id": "best"}]


async def test_a_pods_alert_is_looked_up_under_its_deployments_name() -> None:
    pod = WORLD.pods("pay")[0].name
    incident = WORLD.incident("pay", pod=pod).model_copy(update={"service": pod})
    incident = incident.model_copy(
        update={
            "alerts": tuple(
                alert.model_copy(update={"labels": {"namespace": WORLD.namespace, "pod": pod}})
                for alert in incident.alerts
            )
        }
    )
    toolbox = answering()

    await sent(toolbox, incident)

    services = {item.get("service") for item in asked(toolbox, "search_runbooks")}
    assert services == {WORLD.services["pay"].name}


async def test_finding_none_is_evidence_and_no_failure() -> None:
    toolbox = FakeToolbox().on(
        "runbooks", "search_runbooks", lambda call: ok(no_runbooks(call).model_dump(mode="json"))
    )

    report = await sent(toolbox, WORLD.incident("core"))

    assert report.gaps == ()
    assert report.evidence[0].summary.startswith("no runbook for ")


async def test_a_server_that_is_silent_is_a_gap_that_is_told() -> None:
    toolbox = FakeToolbox().on("runbooks", "search_runbooks", unreachable())

    report = await sent(toolbox, WORLD.incident("core"))

    assert report.evidence == ()
    assert report.gaps[0].status == "unreachable"


async def test_asked_about_another_workload_it_looks_for_that_one_too() -> None:
    incident = WORLD.incident("core")
    question = Question(
        specialist="runbooks", topic="runbook", object=WORLD.ref("pay"), reason="it is the cause"
    )
    first = await sent(answering(), incident)
    toolbox = answering(match("pays", 15, "alert", "service"))

    await sent(toolbox, incident, (question,), first.evidence)

    services = [item["service"] for item in asked(toolbox, "search_runbooks")]
    assert services == [WORLD.services["pay"].name]
    assert asked(toolbox, "get_runbook") == [{"id": "pays"}]


async def test_asked_for_a_class_of_fault_it_looks_for_that_of_the_object() -> None:
    incident = WORLD.incident("core")
    wanted: dict[str, str | int | bool] = {"fault_class": "quota_pods_exceeded"}
    pay = Question(
        specialist="runbooks",
        topic="runbook",
        object=WORLD.ref("pay"),
        reason="it is the cause",
        arguments=wanted,
    )
    everywhere = ObjectRef(kind="Namespace", namespace="", name=WORLD.namespace)
    holder = pay.model_copy(update={"object": everywhere})
    toolbox = answering(match("quota", 7, "fault_class"), match("words", 2, "words"))

    await sent(toolbox, incident, (pay, holder))

    searches = asked(toolbox, "search_runbooks")
    assert {**wanted, "service": WORLD.services["pay"].name} in searches
    assert wanted in searches
    assert {item.get("service") for item in searches} <= {
        None,
        *(item.name for item in WORLD.services.values()),
    }
    assert asked(toolbox, "get_runbook") == [{"id": "quota"}]


async def test_without_a_namespace_there_still_is_an_alert_to_look_up() -> None:
    incident = WORLD.incident("core").model_copy(update={"namespace": "", "service": ""})
    incident = incident.model_copy(
        update={"alerts": tuple(it.model_copy(update={"labels": {}}) for it in incident.alerts)}
    )
    toolbox = answering()

    await sent(toolbox, incident)

    assert asked(toolbox, "search_runbooks") == [{"alert": incident.alerts[0].name}]


def test_the_line_about_a_runbook_says_when_it_is_stale() -> None:
    head = {"id": "x", "title": "Ledger", "source": "notion", "sections": ()}
    old = {**head, "is_stale": True, "age_days": 120}

    assert summarize("runbooks.runbook", old).endswith("validated 120 days ago, stale")
    assert summarize("runbooks.runbook", {**head, "is_stale": True}).endswith(
        "never validated, stale"
    )
