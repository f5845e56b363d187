"""What the loop of a specialist may not do, cannot do, and does only once."""

from specialist_runs import ALLOWED, LIMITS, sent, tools

from sre_agent.agents import loop
from sre_agent.agents.allowlist import AllowList, Toolset
from sre_agent.agents.loop import Assignment, Limits
from sre_agent.agents.specialists import BY_NAME
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.testing import FakeToolbox, views
from sre_agent.testing.toolbox import ok, unreachable
from sre_agent.testing.world import World


async def test_a_tool_that_the_allow_list_does_not_name_is_never_called() -> None:
    world = World(1)
    toolset = Toolset(server="kubernetes", tools=frozenset({"node_status"}))
    limits = Limits(AllowList(specialists={"kubernetes": toolset}))
    toolbox = views.toolbox(world)

    report = await sent("kubernetes", world.incident("core"), toolbox, limits)

    assert {item.call.tool for item in toolbox.asked} == {"node_status"}
    assert {gap.status for gap in report.gaps} == {"refused"}


async def test_a_failing_server_costs_its_evidence_and_is_told() -> None:
    world = World(1)
    toolbox = views.toolbox(world).on("prometheus", "golden_signals", unreachable("refused"))

    report = await sent("metrics", world.incident("core"), toolbox)

    assert tools(report) == ["list_alerts", "resource_use"]
    assert [(gap.status, gap.reason) for gap in report.gaps] == [
        (ToolStatus.UNREACHABLE, "refused")
    ]


async def test_an_answer_that_does_not_fit_its_kind_is_a_gap_and_no_evidence() -> None:
    world = World(1)
    toolbox = views.toolbox(world).on("prometheus", "golden_signals", ok({"namespace": "x"}))

    report = await sent("metrics", world.incident("core"), toolbox)

    assert [gap.status for gap in report.gaps] == ["malformed"]
    assert "golden_signals" not in tools(report)


async def test_at_the_deadline_what_is_there_is_kept_and_the_rest_is_told() -> None:
    world = World(1)
    signals = ok(views.signals(world, "core").model_dump(mode="json"))
    toolbox = views.toolbox(world).on("prometheus", "golden_signals", signals, delay_s=5)
    limits = Limits(ALLOWED, deadline_s=0.1)

    report = await sent("metrics", world.incident("core"), toolbox, limits)

    assert tools(report) == ["list_alerts", "resource_use"]
    assert [gap.status for gap in report.gaps] == ["unreachable"]
    assert "0.1 s" in report.gaps[0].reason


async def test_the_number_of_calls_is_bounded() -> None:
    world = World(1)
    toolbox = views.toolbox(world)

    report = await sent("kubernetes", world.incident("core"), toolbox, Limits(ALLOWED, max_calls=3))

    assert report.calls == 3
    assert len(toolbox.asked) == 3


async def test_every_call_is_told_with_its_result_duration_and_evidence() -> None:
    world = World(1)
    told: list[tuple[str, ToolStatus, bool, str | None]] = []

    async def note(
        call: ToolCall, result: ToolResult, duration_ms: float, evidence_id: EvidenceId | None
    ) -> None:
        told.append((call.tool, result.status, duration_ms >= 0, evidence_id))

    assignment = Assignment(world.incident("core"), 1)
    report = await loop.run(BY_NAME["logs"], assignment, views.toolbox(world), LIMITS, note)

    [item] = report.evidence
    assert told == [("error_patterns", ToolStatus.OK, True, item.id)]


async def test_nothing_is_asked_twice_across_rounds() -> None:
    world = World(1)
    incident, toolbox = world.incident("core"), views.toolbox(world)
    first = await sent("kubernetes", incident, toolbox)
    again = Assignment(incident, 2, (), first.evidence, first.gaps)

    second = await loop.run(BY_NAME["kubernetes"], again, toolbox, LIMITS)

    assert second.calls == 0


async def test_secrets_in_an_answer_do_not_become_evidence() -> None:
    world = World(1)
    world.release("core", ago_s=70, error_ratio=0.4)
    told = views.patterns(world, "core").model_dump(mode="json")
    told["patterns"][-1]["sample"] = "login failed password=hunter2"
    toolbox = FakeToolbox().on("loki", "error_patterns", ok(told))

    report = await sent("logs", world.incident("core"), toolbox)

    assert report.evidence
    assert "hunter2" not in report.evidence[0].model_dump_json()
