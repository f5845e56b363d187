"""The Prometheus server as the brain meets it: over the wire, before a real Prometheus."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from prometheus_hands import RULES, TOKEN, Hands, Shopkeeper, exposed, hands
from prometheus_server import free_port, running

from mcp_servers.prometheus.counting import PARTS
from sre_agent.diagnosis.metrics import service_levels
from sre_agent.domain.observations import KINDS
from sre_agent.domain.observations.metrics import (
    AlertList,
    GoldenSignals,
    RequestCounts,
    SeriesList,
)
from sre_agent.domain.slo import Objective
from sre_agent.domain.tools import ToolResult, ToolStatus

TOOLS = {
    "golden_signals",
    "resource_use",
    "instant_query",
    "list_alerts",
    "list_rules",
    "metric_names",
    "range_query",
    "request_counts",
    "series",
    "services_overview",
    "targets",
}


TWO = '(vector(1) or label_replace(vector(1), "a", "b", "", ""))'
"""Two series at any moment, whether or not anything was scraped yet."""


SCRAPE_S = 1.0
"""A sample counts for as long as it is until the next one."""


@dataclass(frozen=True)
class Scene:
    keeper: Shopkeeper
    hands: Hands
    began_at: float


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    began_at = time.monotonic()
    keeper = Shopkeeper()
    folder = tmp_path_factory.mktemp("live")
    with (
        exposed(keeper) as address,
        running(folder, [address, f"127.0.0.1:{free_port()}"], RULES) as url,
        hands(url) as server,
    ):
        yield Scene(keeper, server, began_at)


async def eventually(hands: Hands, tool: str, **arguments: Any) -> ToolResult:
    """Ask until there is data: scraping has only begun."""
    deadline = time.monotonic() + 20
    while True:
        result = await hands.call(tool, **arguments)
        if result.status is not ToolStatus.NO_DATA or time.monotonic() > deadline:
            assert result.status is ToolStatus.OK, result
            return result
        await asyncio.sleep(0.2)


async def signals(hands: Hands) -> GoldenSignals:
    result = await eventually(
        hands, "golden_signals", namespace="store", service="till", window_s=60
    )
    return GoldenSignals.model_validate(result.data)


async def until_errors_are(hands: Hands, fit: Callable[[float], bool]) -> GoldenSignals:
    """Ask until the newest error ratio is as wanted, from when on the pace of scraping is known."""
    deadline = time.monotonic() + 40
    while True:
        found = await signals(hands)
        ratio = found.total.errors.last
        is_paced = "[5s]" in found.total.traffic.query
        if ratio is not None and fit(ratio) and is_paced:
            return found
        assert time.monotonic() < deadline, f"the error ratio stayed {ratio}"
        await asyncio.sleep(0.2)


async def test_a_fault_shows_within_seconds_where_scrapes_are_a_second_apart(scene: Scene) -> None:
    before = await until_errors_are(scene.hands, lambda ratio: ratio == 0)

    scene.keeper.broke_at = time.monotonic()
    after = await until_errors_are(scene.hands, lambda ratio: ratio > 0.1)

    assert "[5s]" in after.total.errors.query  # a wider one would show it a minute later
    assert before.total.errors.points[-1].value == 0
    assert after.pods[0].labels == {"pod": "till-0"}
    assert "[5s]" in after.total.traffic.query
    assert after.end - after.total.errors.points[-1].at < timedelta(seconds=1)


async def test_requests_are_counted_on_the_wire_as_the_platform_asks(scene: Scene) -> None:
    promise = {"id": "x", "namespace": "store", "service": "till", "target": 0.9}
    objective = Objective.model_validate({**promise, "kind": "availability"})
    windows = list(service_levels.windows_s(objective))

    deadline = time.monotonic() + 20
    while True:
        result = await eventually(
            scene.hands, "request_counts", namespace="store", service="till", windows_s=windows
        )
        found = RequestCounts.model_validate(result.data)
        if found.windows[0].covered > 0 or time.monotonic() > deadline:
            break

    assert [each.window_s for each in found.windows] == windows
    assert found.windows[0].covered > 0
    most_s = time.monotonic() - scene.began_at + SCRAPE_S
    for each in found.windows:
        step_s = each.window_s / PARTS  # a look at the very start stands for a whole step
        assert round(each.covered * PARTS) <= most_s / step_s + 1


async def test_alerts_are_listed_with_the_firing_ones_first(scene: Scene) -> None:
    deadline = time.monotonic() + 20
    found = AlertList(alerts=())
    while len(found.alerts) < 2:
        assert time.monotonic() < deadline
        result = await scene.hands.call("list_alerts", namespace="store", service="till")
        found = AlertList.model_validate(result.data)
    firing = await scene.hands.call("list_alerts", state="firing", limit=1)

    assert [(each.name, each.state) for each in found.alerts] == [
        ("Serves", "firing"),
        ("ServesForLong", "pending"),
    ]
    assert found.alerts[0].annotations == {"summary": "till serves"}
    assert found.alerts[0].active_at is not None
    assert [each.name for each in AlertList.model_validate(firing.data).alerts] == ["Serves"]


async def test_no_alert_about_a_service_is_an_answer_and_not_a_gap(scene: Scene) -> None:
    result = await scene.hands.call("list_alerts", namespace="store", service="other")

    assert (result.status, result.data) == (ToolStatus.OK, {"alerts": []})


async def test_a_query_gives_what_the_brain_can_read(scene: Scene) -> None:
    await signals(scene.hands)
    end = datetime.now(UTC)
    start = end - timedelta(seconds=30)

    instant = await scene.hands.call("instant_query", query="up", limit=1)
    ranged = await scene.hands.call(
        "range_query",
        query="sum(up)",
        start=start.isoformat(),
        end=end.isoformat(),
        step_s=1,
    )

    assert len(SeriesList.model_validate(instant.data).series) == 1
    assert instant.left_out == ("1 of 2 series left out (limit 1)",)
    series = KINDS["metrics.series"].model_validate(ranged.data)
    assert isinstance(series, SeriesList)
    assert series.series[0].points[-1].at == series.end


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("instant_query", {"query": "sum("}, "unclosed left parenthesis"),
        ("instant_query", {"query": f"{TWO} * on (x) {TWO}"}, "many-to-many"),
        ("series", {"match": "{}"}, "non-empty matcher"),
        ("golden_signals", {"namespace": "", "service": "till"}, "namespace"),
        ("golden_signals", {"namespace": "a", "service": "b", "window_s": 0}, "window_s"),
        ("list_alerts", {"state": "loud"}, "state"),
        ("list_alerts", {"limit": 0}, "limit"),
        ("metric_names", {"regex": "("}, "missing closing"),
        ("instant_query", {"query": "up", "nonsense": 1}, "nonsense"),
    ],
)
async def test_a_wrong_question_is_refused_in_the_words_of_who_knows(
    scene: Scene, tool: str, arguments: dict[str, Any], reason: str
) -> None:
    result = await scene.hands.call(tool, **arguments)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "invalid_arguments")
    assert reason in result.reason


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("instant_query", {"query": "nothing_of_this_name"}),
        ("instant_query", {"query": "0 / 0"}),
        ("golden_signals", {"namespace": "store", "service": "nobody"}),
        ("series", {"match": "nothing_of_this_name"}),
        ("metric_names", {"prefix": "nothing_of_this_name"}),
        ("list_rules", {"name": "nothing of this name"}),
        ("targets", {"job": "nothing"}),
    ],
)
async def test_nothing_of_the_kind_is_no_data(
    scene: Scene, tool: str, arguments: dict[str, Any]
) -> None:
    result = await scene.hands.call(tool, **arguments)

    assert (result.status, result.data) == (ToolStatus.NO_DATA, None)


async def test_what_prometheus_has_can_be_looked_up(scene: Scene) -> None:
    await signals(scene.hands)

    rules = await scene.hands.call("list_rules", name="serves", kind="alert")
    down = await scene.hands.call("targets", health="down")
    names = await scene.hands.call("metric_names", prefix="http_", regex=".*_total")
    series = await scene.hands.call("series", match='http_requests_total{code="200"}')

    assert rules.data is not None
    assert [each["name"] for each in rules.data["rules"]] == ["Serves", "ServesForLong"]
    assert [each["hold_s"] for each in rules.data["rules"]] == [0, 3600]
    assert down.data is not None
    assert "connection refused" in down.data["targets"][0]["last_error"]
    assert down.data["targets"][0]["interval_s"] == 1
    assert names.data == {"names": ["http_requests_total"]}
    assert series.data is not None
    assert series.data["series"][0]["service"] == "till"


def test_there_are_eight_tools_and_none_of_them_writes(scene: Scene) -> None:
    answer = httpx.post(
        f"{scene.hands.url}/mcp",
        headers={
            "Authorization": f"Bearer {TOKEN}",
            "Accept": "application/json, text/event-stream",
        },
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
        trust_env=False,
    ).json()

    tools = answer["result"]["tools"]
    assert {each["name"] for each in tools} == TOOLS
    assert all(each["annotations"]["readOnlyHint"] for each in tools)


@pytest.mark.attack("a server asked without its token")
def test_without_the_token_nothing_is_told(scene: Scene) -> None:
    answer = httpx.post(f"{scene.hands.url}/mcp", json={}, trust_env=False)

    assert answer.status_code == 401


async def test_without_prometheus_it_lives_but_is_not_ready_and_says_unreachable() -> None:
    with hands(f"http://127.0.0.1:{free_port()}") as server:
        result = await server.call("golden_signals", namespace="store", service="till")

        assert result.status is ToolStatus.UNREACHABLE
        assert "did not answer" in result.reason
        assert (server.status_of("/health"), server.status_of("/ready")) == (200, 503)


def test_before_prometheus_it_is_ready(scene: Scene) -> None:
    assert scene.hands.status_of("/ready") == 200
