"""A platform without a model pays nothing for those that could be asked."""

import subprocess
import sys

HEAVY = ("anthropic", "google.genai", "langchain_anthropic", "langchain_core", "langchain_google_genai",
         "langchain_ollama", "langchain_openai", "ollama", "openai", "tiktoken")  # fmt: skip


def test_no_client_of_a_provider_is_loaded_before_a_model_is_opened() -> None:
    program = (
        "import sys, backend.llm.opening, backend.cli.models, backend.settings\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
