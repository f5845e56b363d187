"""The Loki server before a log server that answers as Loki does."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from loki_lab import LokiServer, hands, running, until

from sre_agent.domain import observations
from sre_agent.domain.tools import ToolStatus

COMMON = {"namespace": "plaza", "cluster": "tests"}
# Windows end a little before the present, so that all of a test's lines are inside of them.
END = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=5)


def lines(
    texts: list[str], *, before_end_s: float, step_s: float = 1.0, **labels: str
) -> dict[str, Any]:
    start_ns = round((END.timestamp() - before_end_s) * 1e9)
    values = [
        [str(start_ns + round(index * step_s * 1e9)), text] for index, text in enumerate(texts)
    ]
    return {"stream": {**COMMON, **labels}, "values": values}


def entry(level: str, message: str, **fields: Any) -> str:
    return json.dumps({"level": level, "msg": message, **fields})


def held() -> list[dict[str, Any]]:
    lost = [
        entry("error", f"order {number} lost", error=f"KeyError: 'k{number}'")
        for number in range(30)
    ]
    slow = [entry("error", f"basket took {number}ms") for number in range(10)]
    served = [entry("info", "request served, no error") for _ in range(40)]
    trace = [
        "Traceback (most recent call last):",
        '  File "errors.py", line 3, in raise_error',
        "ValueError: token=s3cr3t-value is \x1b[31mbad",
        "cache warmed, 0 errors",
    ]
    return [
        lines(lost, before_end_s=100, app="till", pod="till-7c9fd8b6c4-lqgnl"),
        lines(slow, before_end_s=200, app="till", pod="till-7c9fd8b6c4-x2z4b"),
        lines(slow, before_end_s=800, app="till", pod="till-7c9fd8b6c4-x2z4b"),
        lines(served, before_end_s=300, app="till", pod="till-7c9fd8b6c4-lqgnl"),
        lines(trace, before_end_s=60, step_s=0.01, container="print", pod="print-0"),
        lines(served, before_end_s=300, job="plaza/quiet", pod="quiet-0"),
        lines(served, before_end_s=900, app="silent", pod="silent-0"),
        lines([entry("error", "boom")] * 16_000, before_end_s=320, step_s=0.02, app="loud"),
    ]


@pytest.fixture(scope="module")
def log_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("loki")
    options = ["--dir", str(folder), "--logs", str(folder / "logs"), "--port", "0"]
    with running("infrastructure.lab.logs", *options) as process:
        until((folder / "loki.json").exists, process)
        url: str = json.loads((folder / "loki.json").read_text())["url"]
        for stream in held():
            body = {"streams": [stream]}
            answer = httpx.post(f"{url}/loki/api/v1/push", json=body, trust_env=False, timeout=20)
            assert answer.status_code == 204, answer.text
        yield url


@pytest.fixture(scope="module")
def loki(log_server: str) -> Iterator[LokiServer]:
    with hands(log_server) as server:
        yield server


async def patterns(loki: LokiServer, service: str) -> dict[str, Any]:
    found: dict[str, Any] = await loki.patterns(
        namespace="plaza", service=service, end=END.isoformat()
    )
    return found


async def test_error_lines_fold_into_patterns_and_the_new_ones_stand_first(
    loki: LokiServer,
) -> None:
    found = await patterns(loki, "till")

    assert (found["total_lines"], found["error_lines"], found["error_lines_before"]) == (80, 40, 10)
    assert found["query"] == '{namespace="plaza", app="till"}'
    new, old = found["patterns"]
    assert new["template"] == "order <num> lost: KeyError: <str>"
    assert (new["count"], new["count_before"], new["level"]) == (30, 0, "error")
    assert new["pods"] == ("till-7c9fd8b6c4-lqgnl",)
    assert new["first_at"] == END - timedelta(seconds=100)
    assert new["last_at"] == END - timedelta(seconds=71)
    assert (old["template"], old["count_before"]) == ("basket took <duration>", 10)
    assert found["left_out"] == ()


async def test_a_trace_of_plain_lines_is_one_error_without_its_secret(loki: LokiServer) -> None:
    found = await patterns(loki, "print")

    (pattern,) = found["patterns"]
    assert pattern["template"] == "ValueError: token=[redacted] is bad"
    assert pattern["sample"] == "ValueError: token=[redacted] is bad"
    assert (found["total_lines"], found["error_lines"]) == (4, 1)


async def test_a_service_without_complaints_has_lines_and_no_patterns(loki: LokiServer) -> None:
    found = await patterns(loki, "quiet")

    assert found["query"] == '{namespace="plaza", job="plaza/quiet"}'
    assert (found["total_lines"], found["error_lines"], found["patterns"]) == (40, 0, ())


async def test_more_error_lines_than_are_read_are_counted_and_said(loki: LokiServer) -> None:
    found = await patterns(loki, "loud")

    assert found["error_lines"] == found["total_lines"] == 16_000
    assert found["patterns"][0]["count"] < 16_000
    assert "of 16000 error lines of this window were read" in found["left_out"][0]


@pytest.mark.parametrize(
    ("namespace", "service", "reason"),
    [
        ("plaza", "silent", "wrote no log line"),
        ("plaza", "nobody", "none of the"),
        ("nowhere", "till", "no log streams of namespace nowhere"),
    ],
)
async def test_silence_is_no_data(
    loki: LokiServer, namespace: str, service: str, reason: str
) -> None:
    result = await loki.call(
        "error_patterns", namespace=namespace, service=service, end=END.isoformat()
    )

    assert result.status is ToolStatus.NO_DATA
    assert reason in result.reason


async def test_lines_are_read_newest_first_and_the_rest_is_mentioned(loki: LokiServer) -> None:
    result = await loki.call(
        "query_logs", query='{app="till"} |= "lost"', end=END.isoformat(), limit=3
    )

    assert result.data is not None, result
    observations.KINDS["logs.lines"].model_validate(result.data)
    assert [json.loads(line["line"])["msg"] for line in result.data["lines"]] == [
        "order 29 lost",
        "order 28 lost",
        "order 27 lost",
    ]
    assert result.left_out[0].startswith("older lines than")


async def test_all_lines_are_read_forward_without_a_remark(loki: LokiServer) -> None:
    result = await loki.call(
        "query_logs",
        query='{container="print"}',
        start=(END - timedelta(seconds=90)).isoformat(),
        end=END.isoformat(),
        limit=4,
        direction="forward",
    )

    assert result.data is not None, result
    assert result.data["lines"][0]["line"].startswith("Traceback")
    assert result.data["lines"][2]["line"] == "ValueError: token=[redacted] is bad"
    assert result.left_out == ()


async def test_a_metric_query_gives_series(loki: LokiServer) -> None:
    query = 'sum by (pod) (count_over_time({app="till"} | json | level="error" [10m]))'

    result = await loki.call("query_metric", query=query, end=END.isoformat(), step_s=60)

    assert result.data is not None, result
    observations.KINDS["metrics.series"].model_validate(result.data)
    pods = {series["labels"]["pod"] for series in result.data["series"]}
    assert pods == {"till-7c9fd8b6c4-lqgnl", "till-7c9fd8b6c4-x2z4b"}


async def test_labels_and_their_values_are_listed(loki: LokiServer) -> None:
    names = await loki.call("label_names")
    values = await loki.call("label_values", label="app")
    none = await loki.call("label_values", label="nope")

    assert names.data is not None
    assert {"app", "container", "namespace", "pod"} <= set(names.data["labels"])
    assert values.data == {"label": "app", "values": ["loud", "silent", "till"]}
    assert none.status is ToolStatus.NO_DATA


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("query_logs", {"query": '{app="till"'}, "parse error at line 1"),
        ("query_logs", {"query": '{app=~".*"}'}, "queries require at least one"),
        ("query_logs", {"query": 'rate({app="till"}[1m])'}, "use query_metric"),
        ("query_metric", {"query": '{app="till"}'}, "use query_logs"),
        ("query_logs", {"query": '{app="till"}', "limit": 5000}, "limit must be between"),
        ("query_logs", {"query": '{app="till"}', "start": "yesterday"}, "start: "),
        ("query_logs", {"query": '{app="till"}', "start": "2026-01-01T00:00:00"}, "timezone"),
        ("error_patterns", {"namespace": "plaza", "service": 'x"} or {'}, "is not a name"),
        ("error_patterns", {"namespace": "plaza", "service": "x", "window_s": 1e9}, "window_s"),
        ("label_values", {"label": "../../config"}, "is not a label's name"),
        ("label_values", {"label": "app", "extra": 1}, "unknown argument: extra"),
    ],
)
async def test_a_bad_question_is_refused_with_the_reason(
    loki: LokiServer, tool: str, arguments: dict[str, Any], reason: str
) -> None:
    result = await loki.call(tool, **arguments)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "invalid_arguments")
    assert reason in result.reason


async def test_a_wrong_token_opens_nothing(loki: LokiServer) -> None:
    result = await loki.call("label_names", token="x" * 20)

    assert result.status is not ToolStatus.OK


def test_readiness_follows_loki(loki: LokiServer) -> None:
    assert httpx.get(f"{loki.url}/ready", trust_env=False).json() == {"status": "ready"}


async def test_a_loki_that_is_down_is_unreachable_and_not_empty() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        with hands(f"http://127.0.0.1:{taken.getsockname()[1]}") as server:
            result = await server.call("error_patterns", namespace="plaza", service="till")
            async with httpx.AsyncClient(trust_env=False) as client:
                ready = await client.get(f"{server.url}/ready")

    assert result.status is ToolStatus.UNREACHABLE
    assert ready.status_code == 503
