"""What the settings choose is put together, and says what one question may take of it."""

from backend.llm.opening import open_mind
from backend.settings.llm import ModelCheckSettings


async def test_none_opens_nothing() -> None:
    async with open_mind(ModelCheckSettings.of({"LLM_PROVIDER": "none"})) as opened:
        assert opened is None


async def test_one_model_may_be_asked_twice() -> None:
    settings = ModelCheckSettings.of({"LLM_PROVIDER": "ollama"})

    async with open_mind(settings) as opened:
        assert opened is not None
        assert (opened.mind.name, opened.exchanges) == ("ollama/llama3.2", 2)
        assert opened.larger == ()


async def test_a_larger_model_may_be_asked_twice_too() -> None:
    values = {"LLM_PROVIDER": "ollama", "LLM_MODEL_ESCALATION": "llama3.3"}

    async with open_mind(ModelCheckSettings.of(values)) as opened:
        assert opened is not None
        assert opened.exchanges == 4
        assert opened.larger == ("ollama/llama3.3",)
