"""A sample is spread over both halves of its window, under whatever name a service is traced."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from jaeger_told import NOON, api, data, span, tags, trace

from mcp_servers.common.envelope import NoDataError, RefusedError
from mcp_servers.jaeger import searching
from mcp_servers.jaeger.answers import TracedServices, TraceList, TraceSample
from mcp_servers.jaeger.searching import Searches, to_us
from mcp_servers.jaeger.tools import TraceTools

MINUTE = timedelta(minutes=1)


class Store:
    """Has a request of the service every second, and remembers what it was asked."""

    def __init__(self, *services: str, spans: int = 1, namespace: str = "") -> None:
        self.services, self.spans, self.namespace = services, spans, namespace
        self.asked: list[httpx.URL] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/services":
            return data(list(self.services))
        self.asked.append(request.url)
        given = request.url.params
        seconds = range(int(given["start"]) // 10**6 + 1, int(given["end"]) // 10**6)
        newest = list(seconds)[::-1][: int(given["limit"])]
        return data([self.trace(given["service"], at_s) for at_s in newest])

    def trace(self, service: str, at_s: int) -> dict[str, Any]:
        about = tags({"k8s.namespace.name": self.namespace} if self.namespace else {})
        spans = [span(f"s{number}", at_us=at_s * 10**6 + number) for number in range(self.spans)]
        processes = {"p1": {"serviceName": service, "tags": about}}
        return trace(*spans, trace_id=f"t{at_s}", processes=processes)


def tools(answer: Callable[[httpx.Request], httpx.Response]) -> TraceTools:
    return TraceTools(Searches(api(answer)), lambda: NOON)


async def sampled(store: Store, **arguments: Any) -> TraceSample:
    arguments = {"namespace": "plaza", "service": "till", **arguments}
    answer = await tools(store.answer).sample_traces(**arguments)
    assert isinstance(answer.data, TraceSample)
    return answer.data


async def test_both_halves_are_seen_and_the_earlier_one_well_before_the_moment() -> None:
    around = NOON - 5 * MINUTE

    found = await sampled(Store("till"), around=around, window_s=600, limit=48)

    before = [around - item.at for item in found.traces if item.at < around]
    after = [item.at - around for item in found.traces if item.at >= around]
    assert len(before) == len(after) == 48
    assert sum(ago > 0.5 * MINUTE for ago in before) == 32
    assert max(before) > 5 * MINUTE
    assert min(after) < 2.5 * MINUTE
    assert 4.8 * MINUTE < max(after) < 5 * MINUTE - searching.SETTLING
    assert list(found.traces) == sorted(found.traces, key=lambda item: item.at)


async def test_what_is_still_to_come_and_what_just_arrives_is_not_asked_for() -> None:
    store = Store("till")

    found = await sampled(store, around=NOON - MINUTE)

    assert found.end == NOON - searching.SETTLING
    assert max(int(url.params["end"]) for url in store.asked) == to_us(found.end)


async def test_without_a_moment_both_halves_are_equally_long() -> None:
    found = await sampled(Store("till"), window_s=300)

    assert found.around == NOON - searching.SETTLING - 5 * MINUTE
    assert found.start == found.around - 5 * MINUTE


async def test_however_long_ago_the_moment_is_the_latest_requests_are_seen() -> None:
    store = Store("till")

    found = await sampled(store, around=NOON - timedelta(days=3), window_s=600)

    assert found.around == NOON - searching.SETTLING - timedelta(days=1)
    assert NOON - found.traces[-1].at < timedelta(seconds=10)


async def test_of_what_is_still_to_come_nothing_is_asked_for() -> None:
    store = Store("till")

    await sampled(store, around=NOON + MINUTE)

    assert {int(url.params["end"]) <= to_us(NOON) for url in store.asked} == {True}


@pytest.mark.parametrize(
    "name", ["till", "till.plaza", "plaza/till", "till-plaza", "till.plaza.svc.cluster.local"]
)
async def test_a_service_is_found_under_the_name_that_its_mesh_gives_it(name: str) -> None:
    found = await sampled(Store("other", name))

    assert found.traced_as == name


async def test_of_two_namesakes_the_one_that_bears_the_namespace_is_meant() -> None:
    found = await sampled(Store("till", "till.plaza"))

    assert found.traced_as == "till.plaza"


async def test_a_service_that_is_not_traced_is_told_with_those_that_are() -> None:
    with pytest.raises(NoDataError, match=r"no spans are recorded of till in plaza: it knows lamp"):
        await sampled(Store("lamp"))


async def test_a_namesake_of_another_namespace_is_not_taken_for_it() -> None:
    with pytest.raises(NoDataError, match="no request of till was traced"):
        await sampled(Store("till", namespace="elsewhere"))


async def test_of_too_many_spans_what_is_left_out_is_told() -> None:
    store = Store("till", spans=searching.MAX_TRACE_SPANS + 1)

    answer = await tools(store.answer).sample_traces("plaza", "till")

    assert isinstance(answer.data, TraceSample)
    told = sum(len(item.spans) for item in answer.data.traces)
    assert 0 < told <= searching.MAX_SPANS
    assert "all but 100 spans left out" in answer.left_out[0]
    assert "traces left out" in answer.left_out[1]


async def test_a_search_for_failures_asks_for_nothing_else() -> None:
    store = Store("till")

    answer = await tools(store.answer).search_traces(
        "till", limit=3, errors_only=True, shortest_ms=250
    )

    assert isinstance(answer.data, TraceList)
    assert [item.at for item in answer.data.traces] == [
        NOON - timedelta(seconds=ago) for ago in (1, 2, 3)
    ]
    asked = store.asked[0].params
    assert json.loads(asked["tags"]) == {"error": "true"}
    assert asked["minDuration"] == "250ms"


async def test_the_traced_services_are_listed_each_once() -> None:
    answer = await tools(Store("till", "lamp", "till").answer).list_traced_services()

    assert isinstance(answer.data, TracedServices)
    assert answer.data.services == ("lamp", "till")


async def test_that_nothing_is_traced_is_no_data() -> None:
    with pytest.raises(NoDataError):
        await tools(Store().answer).list_traced_services()


@pytest.mark.parametrize(
    "wrong",
    [
        {"service": " "},
        {"service": "a\nb"},
        {"namespace": "x" * 300},
        {"window_s": 1},
        {"limit": 0},
        {"limit": 101},
        {"around": NOON.replace(year=1900)},
    ],
)
async def test_what_makes_no_sense_is_refused_before_anything_is_asked(wrong: Any) -> None:
    store = Store("till")

    with pytest.raises(RefusedError):
        await sampled(store, **wrong)

    assert store.asked == []
