"""Prices are data with a date; what nobody wrote down is unknown, never free."""

from pathlib import Path

import pytest

from sre_agent.config.files import InvalidConfigurationError
from sre_agent.llm import prices
from sre_agent.llm.mind import Usage

USAGE = Usage(input_tokens=1_000_000, output_tokens=100_000)


@pytest.mark.parametrize(
    ("model", "micro_usd"),
    [
        ("openai/gpt-4o", 3_500_000),
        ("openai/gpt-4o-2024-08-06", 3_500_000),
        ("openai/gpt-4o-mini", 210_000),
        ("ollama/llama3.2", 0),
        ("ollama/gpt-oss:120b-cloud", None),
        ("openai/gpt-4o-audio", None),
        ("openai/of-tomorrow", None),
        ("openai-compatible/llama3.2", None),
    ],
)
def test_a_model_costs_what_is_written(model: str, micro_usd: int | None) -> None:
    assert prices.load().micro_usd(model, USAGE) == micro_usd


def test_a_part_of_a_millionth_counts_as_a_whole_one() -> None:
    usage = Usage(input_tokens=1, output_tokens=0)

    assert prices.load().micro_usd("openai/gpt-4o-mini", usage) == 1


def test_the_operators_prices_come_first(tmp_path: Path) -> None:
    own = tmp_path / "prices.yaml"
    own.write_text("as_of: 2026-11-01\nprices:\n  openai/*: {input: 1, output: 2}\n")

    listed = prices.load(own)

    assert listed.micro_usd("openai/gpt-4o", USAGE) == 1_200_000
    assert listed.micro_usd("ollama/llama3.2", USAGE) == 0


@pytest.mark.parametrize(
    "text",
    [
        "prices: {}",
        "as_of: 2026-11-01\nprices: {openai/x: {input: -1, output: 1}}",
        "as_of: 2026-11-01\nprices: {openai/x: {input: 1}}",
        "as_of: [",
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_name(tmp_path: Path, text: str) -> None:
    own = tmp_path / "prices.yaml"
    own.write_text(text)

    with pytest.raises(InvalidConfigurationError, match=r"prices\.yaml"):
        prices.load(own)
