"""What a server counts is believed where it can be: no fewer tokens than the words that went and came."""

import pytest
from langchain_core.messages import AIMessage, ToolCall

from sre_agent.llm import reading

ASKED = (
    "You are careful. " * 100,
    "Deployment/shop/web: 0 of 5 pods are ready, 17 restarts. " * 100,
)
"""1,600 words and numbers."""
PROSE = "The disk is full, as the log says. " * 20
"""160 words."""


def message(text: str, read: int, wrote: int) -> AIMessage:
    counts = {"input_tokens": read, "output_tokens": wrote, "total_tokens": read + wrote}
    return AIMessage(text, usage_metadata=counts)


@pytest.mark.parametrize(
    ("read", "wrote"), [(501, 200), (1300, 200), (2000, 20), (2000, 120), (0, 0), (10**9, 200)]
)
def test_a_count_below_the_words_that_were_told_or_heard_is_not_believed(
    read: int, wrote: int
) -> None:
    found = reading.usage(message(PROSE, read, wrote), ASKED)

    assert found.is_estimated
    assert found.input_tokens >= 2000
    assert found.output_tokens >= 200


@pytest.mark.parametrize(("read", "wrote"), [(1600, 180), (1900, 200), (6000, 400)])
def test_a_count_that_can_be_is_believed(read: int, wrote: int) -> None:
    found = reading.usage(message(PROSE, read, wrote), ASKED)

    assert (found.input_tokens, found.output_tokens) == (read, wrote)
    assert not found.is_estimated


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Контейнер был остановлен, потому что ему не хватило памяти. ", 12),
        ("पॉड बार-बार पुनः आरंभ हो रहा है क्योंकि मेमोरी पर्याप्त नहीं है। ", 20),
        ("磁盘已满所以无法写入日志。", 9),
        ("der Behälter wurde größer als die vereinbarte Obergrenze ", 12),
        ("    \n        \n----------------------------------------\n", 4),
        ("1795316400123 ", 5),
    ],
)
def test_a_count_as_tight_as_tokenizers_are_is_believed(text: str, tokens: int) -> None:
    found = reading.usage(message("yes", tokens * 50, 1), (text * 50,))

    assert not found.is_estimated


def test_what_has_no_words_has_tokens_all_the_same() -> None:
    assert reading.usage(message("yes", 501, 1), ("s" * 3000, "u" * 12_000)).is_estimated
    assert reading.usage(message("x" * 30_000, 20, 100), ("hm",)).is_estimated


@pytest.mark.parametrize(("wrote", "is_estimated"), [(1, True), (12, False)])
def test_a_call_of_a_tool_counts_by_its_words(wrote: int, *, is_estimated: bool) -> None:
    call = ToolCall(name="list_pods", args={"namespace": "shop"}, id="f3a9c21b07d4" * 8)
    said = message("", 20, wrote)
    said.tool_calls = [call]

    assert reading.usage(said, ("Which pods?",)).is_estimated is is_estimated
