"""The settings name a model, or none; what a named provider lacks is told at the start."""

import pytest
from model_acts import Raw, Say
from model_dialects import Ollama, OpenAIChat
from model_server import serving

from backend.llm import choosing
from backend.settings.common import SettingsError
from backend.settings.llm import ModelCheckSettings

KEY = "k"


def settings(**values: str) -> ModelCheckSettings:
    return ModelCheckSettings.of(values)


async def test_none_is_a_choice() -> None:
    assert await choosing.choose(settings(LLM_PROVIDER="none", OPENAI_API_KEY=KEY)) is None


async def test_a_key_alone_sends_nothing_to_its_provider() -> None:
    nowhere = settings(OPENAI_API_KEY=KEY, LLM_BASE_URL="http://127.0.0.1:9")

    assert await choosing.choose(nowhere) is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"LLM_PROVIDER": "openai"}, ("LLM_MODEL", "LLM_API_KEY")),
        ({"LLM_PROVIDER": "openai", "GROQ_API_KEY": KEY, "LLM_MODEL": "m"}, ("LLM_API_KEY",)),
        ({"LLM_PROVIDER": "azure", "LLM_API_KEY": KEY, "LLM_MODEL": "m"}, ("LLM_BASE_URL",)),
        ({"LLM_PROVIDER": "openai-compatible", "LLM_MODEL": "m"}, ("LLM_BASE_URL",)),
    ],
)
async def test_what_a_named_provider_lacks_is_told(
    values: dict[str, str], words: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError) as caught:
        await choosing.choose(settings(**values))

    told = str(caught.value)
    names = ("LLM_MODEL", "LLM_API_KEY", "LLM_BASE_URL")
    assert tuple(name for name in names if f"{name}: missing" in told) == words


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"LLM_PROVIDER": "clippy"}, "ollama"),
        ({"LLM_BASE_URL": "http://169.254.169.254"}, "credentials"),
        ({"LLM_API_BASE_URL": "https://me:pass@host/v1"}, "LLM_API_KEY"),
    ],
)
def test_settings_that_make_no_sense_are_refused(values: dict[str, str], word: str) -> None:
    with pytest.raises(SettingsError, match=word) as caught:
        settings(**values)

    assert "me:pass" not in str(caught.value)


@pytest.mark.parametrize(
    ("provider", "variable"),
    [
        ("openai", "OPENAI_API_KEY"),
        ("groq", "GROQ_API_KEY"),
        ("github", "GITHUB_TOKEN"),
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("google", "GOOGLE_API_KEY"),
        ("openai", "LLM_API_KEY"),
        ("vllm", "LLM_API_KEY"),
    ],
)
async def test_a_provider_is_opened_by_its_own_key(provider: str, variable: str) -> None:
    values = {"LLM_PROVIDER": provider, variable: KEY, "LLM_MODEL": "m"}

    choice = await choosing.choose(settings(**values, LLM_MODEL_ESCALATION="big"))

    assert choice is not None
    assert (choice.small.name, choice.small.key) == (f"{provider}/m", KEY)
    assert choice.large is not None
    assert choice.large.name == f"{provider}/big"


@pytest.mark.parametrize(
    ("wanted", "there", "found"),
    [
        ("", ("llama3.2:latest",), "llama3.2:latest"),
        ("", ("llama3.2:1b",), "llama3.2:1b"),
        ("qwen3", ("llama3.2:latest",), None),
        ("llama3.2:3b", ("llama3.2:1b",), None),
        ("", (), None),
    ],
)
async def test_auto_takes_an_ollama_that_has_the_model(
    wanted: str, there: tuple[str, ...], found: str | None
) -> None:
    dialect = Ollama(*there) if there else Ollama("other:latest")
    async with serving(dialect, Say("x")) as server:
        choice = await choosing.choose(settings(LLM_BASE_URL=server.url, LLM_MODEL=wanted))

        assert (choice.small.model if choice else None) == found
        assert [item.path for item in server.asked] == ["/api/tags"]


async def test_auto_takes_no_server_that_is_no_ollama() -> None:
    async with serving(OpenAIChat(), Raw(b"{}")) as server:
        assert await choosing.choose(settings(LLM_BASE_URL=server.url)) is None


@pytest.mark.parametrize(
    "values",
    [
        {"LLM_PROVIDER": "openai"},
        {"LLM_PROVIDER": "anthropic"},
        {"LLM_PROVIDER": "google"},
        {"LLM_PROVIDER": "groq"},
        {"LLM_PROVIDER": "github"},
        {"LLM_PROVIDER": "azure", "LLM_BASE_URL": "https://corp.openai.azure.com/openai/v1"},
        {"LLM_PROVIDER": "azure", "LLM_BASE_URL": "https://models.corp.example/openai/v1"},
        {"LLM_PROVIDER": "openai-compatible", "LLM_BASE_URL": "https://api.openai.com/v1"},
        {"LLM_PROVIDER": "vllm", "LLM_BASE_URL": "https://EU.API.OpenAI.com./v1"},
        {"LLM_PROVIDER": "ollama", "LLM_BASE_URL": "https://ollama.com"},
        {"LLM_PROVIDER": "auto", "LLM_BASE_URL": "https://ollama.com"},
        {"LLM_PROVIDER": "ollama", "LLM_MODEL": "gpt-oss:120b-cloud"},
        {
            "LLM_PROVIDER": "ollama",
            "LLM_BASE_URL": "http://10.0.0.7:11434",
            "LLM_MODEL_ESCALATION": "kimi:cloud",
        },
    ],
)
async def test_a_service_of_strangers_is_not_called_the_house_s_own(values: dict[str, str]) -> None:
    chosen = {"LLM_MODEL": "m", "LLM_API_KEY": KEY, "LLM_LOCAL": "true", **values}

    with pytest.raises(SettingsError, match=r"LLM_LOCAL: .*LLM_BASE_URL"):
        await choosing.choose(settings(**chosen))


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("vllm", ""),
        ("vllm", "http://gpu.corp.example:8000/v1"),
        ("openai", "https://models.corp.example/v1"),
        ("openai-compatible", "https://gpu.westeurope.cloudapp.azure.com/v1"),
        ("ollama", "http://10.0.0.7:11434"),
    ],
)
async def test_a_server_of_one_s_own_is_local_where_that_is_said(provider: str, url: str) -> None:
    values = {"LLM_PROVIDER": provider, "LLM_BASE_URL": url, "LLM_MODEL": "m", "LLM_API_KEY": KEY}

    choice = await choosing.choose(settings(**values, LLM_LOCAL="true"))

    assert choice is not None
    assert choice.small.is_local


async def test_auto_tells_which_larger_model_is_not_there() -> None:
    async with serving(Ollama("llama3.2:latest", "llama3.3:latest"), Say("x")) as server:
        there = {"LLM_BASE_URL": server.url, "LLM_MODEL_ESCALATION": "llama3.3"}
        found = await choosing.choose(settings(**there))
        lacking = await choosing.choose(settings(**there | {"LLM_MODEL_ESCALATION": "qwen3:32b"}))

    assert found is not None
    assert found.large is not None
    assert found.missing == ""
    assert lacking is not None
    assert lacking.large is None
    assert lacking.missing == "qwen3:32b"


@pytest.mark.parametrize("key", ["sk-ünï", "sk-abc\ndef", "sk-\u200babc", "sk-a\u2026z"])
@pytest.mark.parametrize("variable", ["OPENAI_API_KEY", "LLM_API_KEY"])
async def test_a_key_that_no_header_may_hold_is_told_at_the_start(variable: str, key: str) -> None:
    values = {"LLM_PROVIDER": "openai", "LLM_MODEL": "m", variable: key}

    with pytest.raises(
        SettingsError, match=r"LLM_API_KEY: .*character that no header may hold"
    ) as caught:
        await choosing.choose(settings(**values))

    assert key not in str(caught.value)
