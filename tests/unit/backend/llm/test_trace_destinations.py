"""Nobody is told what models are asked unless the settings name somebody, and then only what they say."""

import pytest

from backend.llm.tracing import destinations
from backend.llm.tracing.destinations import Destination
from backend.settings.common import SettingsError
from backend.settings.llm import ModelCheckSettings

COLLECTOR = "http://127.0.0.1:4318"
KEY = "lsv2_pt_0123456789abcdef"


def chosen(**values: str) -> tuple[Destination, ...]:
    return destinations.chosen(ModelCheckSettings.of(values))


def test_by_itself_nobody_is_told() -> None:
    assert chosen() == ()


def test_a_collector_that_is_named_is_told_no_texts() -> None:
    [found] = chosen(OTEL_EXPORTER_OTLP_ENDPOINT=f"{COLLECTOR}/")

    assert found == Destination(url=f"{COLLECTOR}/v1/traces")
    assert not found.hears(is_local=False)


def test_the_whole_address_of_the_traces_counts_before_the_collector() -> None:
    [found] = chosen(
        OTEL_EXPORTER_OTLP_ENDPOINT=COLLECTOR,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="https://traces.example.com/in",
    )

    assert found.url == "https://traces.example.com/in"


def test_texts_are_sent_where_that_is_asked_for_but_not_those_of_the_house() -> None:
    [found] = chosen(
        OTEL_EXPORTER_OTLP_ENDPOINT=COLLECTOR,
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="true",
    )

    assert found.hears(is_local=False)
    assert not found.hears(is_local=True)


def test_a_collector_in_the_house_hears_what_stays_in_the_house() -> None:
    [found] = chosen(
        OTEL_EXPORTER_OTLP_ENDPOINT=COLLECTOR,
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="true",
        LLM_TRACING_LOCAL="true",
    )

    assert found.hears(is_local=True)


def test_a_key_of_langsmith_alone_tells_it_nothing() -> None:
    assert chosen(LANGSMITH_API_KEY=KEY) == ()


def test_langsmith_is_told_by_the_same_way_once_it_is_named() -> None:
    [found] = chosen(LLM_TRACING="langsmith", LANGSMITH_API_KEY=KEY, LANGSMITH_PROJECT="prod")

    assert found.url == "https://api.smith.langchain.com/otel/v1/traces"
    assert found.headers == {"x-api-key": KEY, "langsmith-project": "prod"}
    assert found.hears(is_local=False)
    assert not found.hears(is_local=True)
    assert KEY not in repr(found)


def test_both_can_be_named_and_each_is_told_its_own() -> None:
    collector, langsmith = chosen(
        LLM_TRACING="otlp, langsmith", LANGSMITH_API_KEY=KEY, OTEL_EXPORTER_OTLP_ENDPOINT=COLLECTOR
    )

    assert not collector.hears(is_local=False)
    assert langsmith.hears(is_local=False)


@pytest.mark.parametrize("name", ["none", "langsmith"])
def test_a_collector_is_told_nothing_where_only_others_are_named(name: str) -> None:
    found = chosen(LLM_TRACING=name, OTEL_EXPORTER_OTLP_ENDPOINT=COLLECTOR, LANGSMITH_API_KEY=KEY)

    assert COLLECTOR not in str(found)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"LLM_TRACING": "otlp"}, "OTEL_EXPORTER_OTLP_ENDPOINT is missing"),
        ({"LLM_TRACING": "langsmith"}, "LANGSMITH_API_KEY is missing"),
        ({"LLM_TRACING": "langsmith", "LANGSMITH_API_KEY": " "}, "LANGSMITH_API_KEY is missing"),
        ({"LLM_TRACING": "everybody"}, "write auto, none, otlp"),
        ({"LLM_TRACING": "auto,langsmith"}, "write auto, none, otlp"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT: write"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://169.254.169.254"}, "hand out credentials"),
        ({"LANGSMITH_ENDPOINT": "https://me:pass-word@host"}, "leave credentials out"),
        ({"OTEL_EXPORTER_OTLP_HEADERS": "token"}, "write name=value"),
        ({"OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%0d%0ahost: b"}, "write name=value"),
    ],
)
def test_what_makes_no_sense_is_refused(values: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        chosen(**values)

    assert "pass-word" not in str(caught.value)


def test_what_opens_a_collector_is_read_as_it_is_written_everywhere() -> None:
    [found] = chosen(
        OTEL_EXPORTER_OTLP_ENDPOINT=COLLECTOR,
        OTEL_EXPORTER_OTLP_HEADERS="Authorization=Basic%20eDp5, x-scope-orgid=prod",
    )

    assert found.headers == {"authorization": "Basic eDp5", "x-scope-orgid": "prod"}
    assert "eDp5" not in repr(found)
