"""From settings to the models that are asked: what is missing is told at the start, never later."""

from dataclasses import dataclass, replace

from backend.settings.common import SettingsError
from backend.settings.llm import AUTO, NONE, LlmSettings
from sre_agent.llm.mind import MindError
from sre_agent.llm.providers import ollama_models
from sre_agent.llm.providers.kinds import OLLAMA, PROVIDERS, Provider
from sre_agent.llm.providers.place import Place

LOOK_S = 2.0
"""How long an Ollama that nobody asked for is looked for."""


@dataclass(frozen=True)
class Choice:
    """The models that are asked: the first one, and a larger one where there is one.

    `missing` is a larger one that is named and that an Ollama, looked for by ourselves, does not have.
    """

    small: Place
    large: Place | None = None
    missing: str = ""

    @property
    def lack(self) -> str:
        """Return in a sentence that the larger model is missing, and what to do; else nothing."""
        if not self.missing:
            return ""
        return (
            f"LLM_MODEL_ESCALATION: the Ollama at {self.small.base_url} does not have {self.missing}, so no "
            f"larger model is asked; `ollama pull {self.missing}`, and start again."
        )


async def choose(settings: LlmSettings) -> Choice | None:
    """Return what the settings choose, looking for an Ollama where they leave it open.

    Raises:
        SettingsError: A provider is named, and something that it needs is missing or cannot be, or LLM_LOCAL
            calls a service of strangers the operator's own.
    """
    if settings.llm_provider == NONE:
        return None
    if settings.llm_provider != AUTO:
        return configured(settings)
    choice = _at(settings, OLLAMA, settings.llm_base_url or settings.llm_api_base_url)
    try:
        names = await ollama_models.names(choice.small, deadline_s=LOOK_S)
    except MindError:
        return None
    return _there(choice, names)


def configured(settings: LlmSettings) -> Choice:
    """Return the models of the provider that is named.

    Raises:
        SettingsError: Something that it needs is missing or cannot be, or LLM_LOCAL calls a service
            of strangers the operator's own.
    """
    provider = PROVIDERS[settings.llm_provider]
    url = settings.llm_base_url or settings.llm_api_base_url or provider.base_url
    missing = []
    if not url:
        missing.append(f"LLM_BASE_URL: missing. Where your {provider.name} server is.")
    if not (settings.llm_model or provider.default_model):
        missing.append(f"LLM_MODEL: missing. Which model of {provider.name} is asked.")
    if provider.needs_key and not settings.llm_key:
        missing.append(f"LLM_API_KEY: missing. It opens {provider.name}.")
    if missing:
        raise SettingsError("\n  ".join(["The settings of the model are not complete:", *missing]))
    return _at(settings, provider, url)


def _there(choice: Choice, names: tuple[str, ...]) -> Choice | None:
    """Return what an Ollama has of a choice; None where it does not have the first model."""
    small = ollama_models.found(choice.small.model, names)
    if small is None:
        return None
    found = Choice(replace(choice.small, model=small))
    if choice.large is None:
        return found
    large = ollama_models.found(choice.large.model, names)
    if large is None:
        return replace(found, missing=choice.large.model)
    return replace(found, large=replace(choice.large, model=large))


def _at(settings: LlmSettings, provider: Provider, url: str) -> Choice:
    if not (settings.llm_key.isascii() and settings.llm_key.isprintable()):
        raise SettingsError(
            f"LLM_API_KEY: the key of {provider.name} holds a character that no header may hold; copy it "
            "once more from where it was given out."
        )
    small = Place(
        provider=provider,
        base_url=url or provider.base_url,
        model=settings.llm_model or provider.default_model,
        key=settings.llm_key,
        is_own=settings.llm_local,
        speaks_responses=settings.llm_openai_responses,
    )
    larger = settings.llm_model_escalation
    choice = Choice(small, replace(small, model=larger) if larger else None)
    _check_own(choice)
    return choice


def _check_own(choice: Choice) -> None:
    """Refuse to take a service of strangers for a server of one's own, which may be told more."""
    for place in (choice.small, choice.large):
        if place is not None and place.is_own and place.is_strangers:
            raise SettingsError(
                f"LLM_LOCAL: {place.name} at {place.base_url} is a service of strangers. LLM_LOCAL=true "
                "is for a server of your own, named by LLM_BASE_URL; write LLM_LOCAL=false."
            )
