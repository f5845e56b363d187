"""A platform without a model pays nothing for those that could be asked."""

import subprocess
import sys

import pytest

HEAVY = ("anthropic", "google.genai", "langchain_anthropic", "langchain_core", "langchain_google_genai",
         "langchain_ollama", "langchain_openai", "ollama", "openai", "tiktoken")  # fmt: skip
TELLING = ("backend.llm.tracing.telling", "google.protobuf", "opentelemetry.exporter", "opentelemetry.proto",
           "opentelemetry.sdk.trace.export")  # fmt: skip
SDK = "opentelemetry.sdk"
"""Loaded by LangSmith's client, wherever it is installed, and so with LangChain by a worker."""


def test_no_client_of_a_provider_is_loaded_before_a_model_is_opened() -> None:
    program = (
        "import sys, backend.llm.opening, backend.cli.models, backend.settings\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("program", "others"), [("api", (*TELLING, SDK)), ("worker", TELLING)], ids=["api", "worker"]
)
def test_nothing_that_tells_of_models_is_loaded_where_nobody_is_told(
    program: str, others: tuple[str, ...]
) -> None:
    code = (
        f"import asyncio, sys, backend.bootstrap.{program}\n"
        "from backend.llm.opening import open_mind\n"
        "from backend.settings.llm import ModelCheckSettings\n"
        "async def main():\n"
        "    async with open_mind(ModelCheckSettings.of({'LLM_PROVIDER': 'none'})) as opened:\n"
        "        assert opened is None\n"
        "asyncio.run(main())\n"
        f"print([name for name in {others} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
