from typing import Any

import httpx
import pytest
from loki_answers import NOON, api_that_answers

from mcp_servers.common.envelope import NoDataError, RefusedError
from mcp_servers.loki.errors import error_queries
from mcp_servers.loki.queries import Queries
from mcp_servers.loki.streams import Source, Streams
from mcp_servers.loki.window import ending

WINDOW = ending(NOON, 600)


def streams_of(*label_sets: dict[str, str], asked: list[str] | None = None) -> Streams:
    def answer(request: httpx.Request) -> httpx.Response:
        selector = request.url.params["match[]"]
        if asked is not None:
            asked.append(selector)
        label, _, value = selector.strip("{}").partition("=")
        data = [labels for labels in label_sets if labels.get(label) == value.strip('"')]
        return httpx.Response(200, json={"status": "success", "data": data})

    return Streams(Queries(api_that_answers(answer)))


async def selector(streams: Streams, service: str = "web") -> str:
    return (await streams.source_of("shop", service, WINDOW, "")).selector


@pytest.mark.parametrize(
    ("labels", "matcher"),
    [
        ({"app": "web", "container": "web"}, 'app="web"'),
        ({"app": "shop", "service_name": "web"}, 'service_name="web"'),
        ({"service_name": "unknown_service", "container": "web"}, 'container="web"'),
        ({"job": "shop/web"}, 'job="shop/web"'),
    ],
)
async def test_the_label_that_names_the_service_is_picked(
    labels: dict[str, str], matcher: str
) -> None:
    streams = streams_of({"namespace": "shop", **labels}, {"namespace": "shop", "app": "other"})

    assert await selector(streams) == f'{{namespace="shop", {matcher}}}'


@pytest.mark.parametrize("pod", ["web-7c9fd8b6c4-lqgnl", "web-0", "web-x2z4b", "web-7c9-abc"])
async def test_a_pods_name_tells_when_no_label_does(pod: str) -> None:
    streams = streams_of({"namespace": "shop", "pod": pod})

    assert "pod=~`web(?:-" in await selector(streams)


async def test_a_neighbour_whose_name_only_begins_alike_is_not_taken() -> None:
    streams = streams_of(
        {"namespace": "shop", "pod": "web-worker-7c9fd8b6c4-lqgnl"},
        {"namespace": "shop", "pod": "web-7c9fd8b6c4-lqgnl"},
    )

    source = await streams.source_of("shop", "web", WINDOW, "")

    assert [stream["pod"] for stream in source.streams] == ["web-7c9fd8b6c4-lqgnl"]


async def test_another_label_may_hold_the_namespace() -> None:
    streams = streams_of({"k8s_namespace_name": "shop", "app": "web"})

    assert await selector(streams) == '{k8s_namespace_name="shop", app="web"}'


async def test_an_unknown_service_is_no_data() -> None:
    streams = streams_of({"namespace": "shop", "app": "other"})

    with pytest.raises(NoDataError, match="none of the 1 log streams"):
        await selector(streams)


async def test_an_unknown_namespace_is_no_data() -> None:
    with pytest.raises(NoDataError, match="no log streams of namespace shop"):
        await selector(streams_of())


@pytest.mark.attack
@pytest.mark.parametrize("name", ["", 'web"} or {a="', "web`", "a" * 300, "we\nb"])
async def test_a_name_cannot_change_the_query(name: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        await selector(streams_of(), name)

    assert refusal.value.code == "invalid_arguments"


async def test_labels_are_remembered_for_half_a_minute() -> None:
    asked: list[str] = []
    streams = streams_of({"namespace": "shop", "app": "web"}, asked=asked)
    moments = iter([0.0, 29.0, 31.0, 31.0])
    streams.now_s = lambda: next(moments)

    for _ in range(3):
        await selector(streams)

    assert len(asked) == 2


def test_no_line_is_found_by_both_error_queries() -> None:
    streams: tuple[dict[str, Any], ...] = ({"level": "ERROR"}, {"level": "info"}, {"level": "odd"})

    labelled, unlabelled = error_queries(Source('{app="web"}', streams))

    assert labelled.endswith('or detected_level="fatal" or level="ERROR"')
    assert 'level!="ERROR" | level!="info"' in unlabelled
    assert "odd" not in labelled + unlabelled
