"""Where a model may be, and whether that is in the house."""

import pytest

from sre_agent.llm.providers.kinds import PROVIDERS
from sre_agent.llm.providers.place import Place, PlaceRefusedError, checked


@pytest.mark.parametrize(
    "url",
    [
        "https://user:secret@models.example/v1",
        "https://secret@models.example/v1",
        "ftp://models.example",
        "models.example/v1",
        "https://",
        "https://models.example/v1?key=secret",
        "https://models.example/v1#secret",
        "http://169.254.169.254/v1",
        "http://0xa9fea9fe/v1",
        "http://metadata.google.internal/v1",
        "http://[::ffff:169.254.169.254]/v1",
        "http://host:notaport/v1",
        "http://[::1",
    ],
)
def test_an_address_that_is_none_or_leads_to_credentials_is_refused(url: str) -> None:
    with pytest.raises(PlaceRefusedError, match="LLM_BASE_URL") as caught:
        checked(url)

    assert "secret" not in str(caught.value)


def test_an_address_loses_the_slash_at_its_end() -> None:
    assert checked("http://127.0.0.1:11434/") == "http://127.0.0.1:11434"


@pytest.mark.parametrize(
    ("provider", "url", "model", "is_own", "is_local"),
    [
        ("ollama", "http://127.0.0.1:11434", "llama3.2", False, True),
        ("ollama", "http://localhost:11434", "llama3.2", False, True),
        ("ollama", "http://[::1]:11434", "llama3.2", False, True),
        ("ollama", "http://localhost:11434", "gpt-oss:120b-cloud", False, False),
        ("ollama", "http://localhost:11434", "kimi:cloud", True, False),
        ("ollama", "http://10.0.0.7:11434", "llama3.2", False, False),
        ("ollama", "http://10.0.0.7:11434", "llama3.2", True, True),
        ("openai", "https://api.openai.com/v1", "gpt-4o", False, False),
        ("openai", "https://api.openai.com/v1", "gpt-4o", True, False),
        ("openai", "https://models.corp.example/v1", "m", True, True),
        ("azure", "https://models.corp.example/v1", "m", True, False),
        ("azure", "http://127.0.0.1:4000/v1", "m", False, True),
        ("vllm", "http://localhost.evil.example/v1", "m", False, False),
    ],
)
def test_only_what_stays_in_the_house_is_local(
    provider: str, url: str, model: str, *, is_own: bool, is_local: bool
) -> None:
    place = Place(provider=PROVIDERS[provider], base_url=url, model=model, is_own=is_own)

    assert place.is_local is is_local


def test_a_key_is_never_shown() -> None:
    place = Place(
        provider=PROVIDERS["openai"], base_url="https://x.example", model="m", key="sk-hidden"
    )

    assert "sk-hidden" not in repr(place)
