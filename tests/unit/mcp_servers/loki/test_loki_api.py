from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from loki_answers import NOON, api_that_answers, api_that_hears, recorded

from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.loki import results
from mcp_servers.loki.queries import Queries
from mcp_servers.loki.window import Window, between, ending, from_ns, to_ns

WINDOW = ending(NOON, 600)


@pytest.mark.parametrize(
    "name",
    [
        "error_parse",
        "error_empty_matcher",
        "error_range_too_long",
        "error_too_many_points",
        "error_end_before_start",
        "query_instant_log_error",
    ],
)
async def test_what_loki_says_of_a_bad_query_reaches_the_caller(name: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        await api_that_hears(name).get("query_range", {})

    assert refusal.value.code == "invalid_arguments"
    assert refusal.value.reason == recorded(name)["body"].strip()


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, RefusedError, "forbidden"),
        (403, RefusedError, "forbidden"),
        (404, RefusedError, "not_found"),
        (302, UnreachableError, None),
        (429, UnreachableError, None),
        (500, UnreachableError, None),
        (503, UnreachableError, None),
    ],
)
async def test_each_status_has_its_meaning(
    status: int, kind: type[ToolFailureError], code: str | None
) -> None:
    api = api_that_answers(lambda _request: httpx.Response(status, text="why\x00"))

    with pytest.raises(kind, match=r"why$") as failure:
        await api.get("labels", {})

    assert getattr(failure.value, "code", None) == code


@pytest.mark.parametrize("body", ["<html>", "[1]", '"text"', ""])
async def test_an_answer_that_makes_no_sense_is_no_answer(body: str) -> None:
    with pytest.raises(UnreachableError):
        await api_that_answers(lambda _request: httpx.Response(200, text=body)).get("labels", {})


async def test_a_broken_connection_is_no_answer() -> None:
    def break_off(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset", request=request)

    with pytest.raises(UnreachableError, match="did not answer"):
        await api_that_answers(break_off).get("labels", {})


@pytest.mark.attack
async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * (1 << 20)

    api = api_that_answers(lambda _request: httpx.Response(200, content=endless()))

    with pytest.raises(RefusedError, match="ask for fewer lines"):
        await api.get("query_range", {})


async def test_streams_become_lines_newest_first() -> None:
    reading = await Queries(api_that_hears("query_range_streams")).lines("{}", WINDOW, 5)

    assert len(reading.entries) == 5
    assert reading.full
    assert reading.entries[0].labels["app"] == "checkout"
    assert [entry.at_ns for entry in reading.entries] == sorted(
        (entry.at_ns for entry in reading.entries), reverse=True
    )


async def test_a_matrix_becomes_series_of_numbers() -> None:
    found, warnings = await Queries(api_that_hears("query_range_matrix")).series("q", WINDOW, 60)

    assert found[0].labels == {"app": "checkout"}
    assert found[0].points[0] == (datetime(2026, 11, 20, 16, 20, tzinfo=UTC), 0.18333333333333332)
    assert warnings == ()


async def test_a_vector_is_counted() -> None:
    assert await Queries(api_that_hears("query_instant_vector")).count("{}", WINDOW) == 80


async def test_no_values_of_a_label_are_an_empty_list() -> None:
    assert await Queries(api_that_hears("label_values_unknown")).label_values("x", WINDOW) == []


async def test_a_query_of_the_wrong_kind_names_the_right_tool() -> None:
    with pytest.raises(RefusedError, match="use query_metric"):
        results.entries(recorded("query_range_matrix")["body"])
    with pytest.raises(RefusedError, match="use query_logs"):
        results.samples(recorded("query_range_streams")["body"])


def test_samples_that_are_no_numbers_are_left_out() -> None:
    series = {"metric": {}, "values": [[1, "NaN"], [2, "+Inf"], [3, "4"]]}

    (found,) = results.samples({"data": {"resultType": "matrix", "result": [series]}})

    assert [value for _, value in found.points] == [4.0]


@pytest.mark.parametrize(
    "result", [[{"stream": {}}], [{"stream": {}, "values": [["x", "y"]]}], [3], [{"values": [[1]]}]]
)
def test_malformed_streams_are_no_answer(result: list[object]) -> None:
    with pytest.raises(UnreachableError):
        results.entries({"data": {"resultType": "streams", "result": result}})


async def test_a_loki_that_allows_fewer_lines_is_asked_for_fewer() -> None:
    limits: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        limits.append(request.url.params["limit"])
        if int(limits[-1]) > 100:
            text = (
                "max entries limit per query exceeded, limit > max_entries_limit_per_query"
                f" ({limits[-1]} > 100)"
            )
            return httpx.Response(400, text=text)
        return httpx.Response(200, json=recorded("query_range_streams")["body"])

    reading = await Queries(api_that_answers(answer)).lines("{}", WINDOW, 5000)

    assert limits == ["5000", "100"]
    assert not reading.full


async def test_pages_of_lines_meet_without_gap_or_repetition() -> None:
    start_ns = to_ns(WINDOW.start)
    held = [start_ns + index // 2 * 1_000_000 for index in range(12_000)]

    def answer(request: httpx.Request) -> httpx.Response:
        params = request.url.params
        inside = [at for at in held if int(params["start"]) <= at < int(params["end"])]
        values = [[str(at), "x"] for at in reversed(inside)][: int(params["limit"])]
        result = [{"stream": {}, "values": values}]
        return httpx.Response(200, json={"data": {"resultType": "streams", "result": result}})

    reading = await Queries(api_that_answers(answer)).newest("{}", WINDOW)

    assert [entry.at_ns for entry in reading.entries] == sorted(held, reverse=True)
    assert not reading.full


def test_a_window_and_the_one_before_it_touch() -> None:
    before = WINDOW.before()

    assert (before.end, before.seconds) == (WINDOW.start, 600)


@pytest.mark.parametrize("year", [1, 1970, 2262, 9999])
def test_a_moment_that_loki_cannot_have_is_refused(year: int) -> None:
    with pytest.raises(RefusedError):
        ending(datetime(year, 1, 1, tzinfo=UTC), 60)


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(RefusedError, match="start must be before end"):
        between(NOON, NOON)


def test_moments_survive_the_way_to_nanoseconds_and_back() -> None:
    moment = datetime(2026, 11, 20, 12, 0, 0, 123457, tzinfo=UTC)

    assert from_ns(to_ns(moment)) == moment
    assert Window(moment, moment).seconds == 0
