"""The lab's log server gives the answers that a real Loki gave to the same questions."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

RECORDED = Path(__file__).parent / "recorded"
Ask = Callable[[dict[str, Any]], httpx.Response]


def record(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())
    return loaded


QUESTIONS = sorted(
    path.stem for path in RECORDED.glob("*.json") if not path.stem.startswith("error_push")
)
NS_PER_S = 10**9


def shape(value: Any) -> Any:
    """Reduce a value to the names and types in it."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in sorted(value.items())}
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


def moved(result: Any, shift_ns: int) -> Any:
    """Move the times in recorded streams, series and samples."""
    if isinstance(result, list):
        return [moved_one(one, shift_ns) for one in result]
    return result


def moved_one(one: dict[str, Any], shift_ns: int) -> dict[str, Any]:
    if "stream" in one:
        values = [[str(int(at) + shift_ns), line] for at, line in one["values"]]
        return {"stream": one["stream"], "values": values}
    if "values" in one:
        shifted = [[at + shift_ns // NS_PER_S, text] for at, text in one["values"]]
        return {"metric": one["metric"], "values": shifted}
    at, text = one["value"]
    shifted_at = pytest.approx(at + shift_ns // NS_PER_S)
    return {"metric": one["metric"], "value": [shifted_at, text]}


@pytest.mark.parametrize("name", QUESTIONS)
def test_status_and_content_type_are_the_recorded_ones(ask: Ask, name: str) -> None:
    recorded = record(name)

    answer = ask(recorded)

    assert answer.status_code == recorded["status"], answer.text
    assert answer.headers["content-type"] == recorded["content_type"]


@pytest.mark.parametrize(
    "name", [name for name in QUESTIONS if isinstance(record(name)["body"], str)]
)
def test_texts_and_errors_are_worded_as_recorded(ask: Ask, name: str) -> None:
    recorded = record(name)

    answer = ask(recorded)

    assert answer.text == recorded["body"]


@pytest.mark.parametrize(
    "name",
    [name for name in QUESTIONS if name.startswith("query_range_")]
    + ["query_instant_vector", "error_pipeline_json"],
)
def test_query_results_are_the_recorded_ones(ask: Ask, shift_ns: int, name: str) -> None:
    recorded = record(name)

    answer = ask(recorded).json()

    expected = recorded["body"]["data"]
    assert answer["status"] == "success"
    assert answer["data"]["resultType"] == expected["resultType"]
    assert answer["data"]["result"] == moved(expected["result"], shift_ns)
    assert shape(answer["data"]["stats"]) == shape(expected["stats"])


@pytest.mark.parametrize(
    "name", ["buildinfo", "label_values_app", "label_values_unknown", "labels"]
)
def test_catalogue_answers_are_the_recorded_ones(ask: Ask, name: str) -> None:
    recorded = record(name)

    answer = ask(recorded)

    assert answer.json() == recorded["body"]


def test_series_lists_the_recorded_label_sets(ask: Ask) -> None:
    recorded = record("series")

    answer = ask(recorded).json()

    by_app = sorted(answer["data"], key=lambda labels: str(labels["app"]))
    assert by_app == sorted(recorded["body"]["data"], key=lambda labels: str(labels["app"]))


def test_index_stats_have_the_recorded_fields_and_count_what_is_held(ask: Ask) -> None:
    recorded = record("index_stats")

    answer = ask(recorded).json()

    assert answer.keys() == recorded["body"].keys()
    assert (answer["streams"], answer["entries"]) == (2, 80)


def test_a_form_in_the_body_asks_the_same_as_parameters_in_the_url(
    client: httpx.Client,
) -> None:
    asked = {"query": 'sum(count_over_time({namespace="shop"}[20m]))'}

    by_url = client.get("/loki/api/v1/query", params=asked).json()
    by_form = client.post("/loki/api/v1/query", data=asked).json()

    assert (
        by_form["data"]["result"][0]["value"][1] == by_url["data"]["result"][0]["value"][1] == "80"
    )
