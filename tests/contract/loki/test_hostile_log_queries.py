"""No question, however odd, is answered with anything but an answer or a refusal."""

import time

import httpx
import pytest

DEEP = 3000


@pytest.mark.parametrize(
    "query",
    [
        "(" * DEEP + "1" + ")" * DEEP,
        "+".join(["1"] * DEEP),
        '{app="checkout"} | ' + "(" * DEEP,
        '{app="checkout"} |~ "' + "(" * DEEP + '"',
        '{app="\\ud800"} foo',
        '{app="checkout"} |~ "\\ud800("',
        '{app="checkout"} |~ "a{1001}{1001}{1001}"',
        "\x00",
        "{" * DEEP,
    ],
)
def test_a_hostile_query_is_refused_or_answered(client: httpx.Client, query: str) -> None:
    answer = client.post("/loki/api/v1/query_range", data={"query": query})

    assert answer.status_code in {200, 400}
    assert client.get("/ready").status_code == 200


def test_half_a_surrogate_pair_in_a_line_can_be_asked_for(client: httpx.Client) -> None:
    at = time.time_ns()
    entry = f'["{at}", "half \\ud800 pair"]'
    body = '{"streams":[{"stream":{"app":"odd"},"values":[' + entry + "]}]}"
    assert client.post("/loki/api/v1/push", content=body).status_code == 204

    lines = client.get("/loki/api/v1/query_range", params={"query": '{app="odd"}'})
    size = client.get(
        "/loki/api/v1/query", params={"query": 'sum(bytes_over_time({app="odd"}[5m]))'}
    )

    assert lines.json()["data"]["result"][0]["values"] == [[str(at), "half ? pair"]]
    assert size.json()["data"]["result"][0]["value"][1] == "11"


def test_a_deeply_nested_line_does_not_stop_a_query(client: httpx.Client) -> None:
    entries = [
        [str(time.time_ns()), '{"a":' * depth + "1" + "}" * depth] for depth in (50, 900, 20_000)
    ]
    body = {"streams": [{"stream": {"app": "deep"}, "values": entries}]}
    assert client.post("/loki/api/v1/push", json=body).status_code == 204

    answer = client.get("/loki/api/v1/query_range", params={"query": '{app="deep"} | json'})

    assert sum(len(one["values"]) for one in answer.json()["data"]["result"]) == 3
