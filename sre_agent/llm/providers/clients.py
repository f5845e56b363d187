"""The providers' own clients, each made to send through the door and to read nothing of the shell.

They are imported only here and only when a model is first asked: together they take seconds to load
and tens of megabytes. The keys they are given are stand-ins; the door knows the real one.
"""

from typing import TYPE_CHECKING, Any

import httpx2

from sre_agent.llm.bridge import Bridge
from sre_agent.llm.providers.kinds import Protocol
from sre_agent.llm.providers.place import Place

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_NO_KEY = "held-by-the-door"


def client(place: Place, door: httpx2.AsyncBaseTransport) -> "BaseChatModel":
    """Return the client for a place; it takes seconds the first time."""
    match place.provider.protocol:
        case Protocol.OLLAMA:
            return _ollama(place, door)
        case Protocol.OPENAI:
            return _openai(place, door)
        case Protocol.ANTHROPIC:
            return _anthropic(place, door)
        case Protocol.GOOGLE:
            return _google(place, door)


def _http(door: httpx2.AsyncBaseTransport) -> httpx2.AsyncClient:
    # The deadline of the question is the only one.
    return httpx2.AsyncClient(transport=door, trust_env=False, follow_redirects=False, timeout=None)


def _ollama(place: Place, door: httpx2.AsyncBaseTransport) -> "BaseChatModel":
    from langchain_ollama import ChatOllama  # noqa: PLC0415

    through = {"transport": Bridge(door), "trust_env": False, "follow_redirects": False}
    chat: BaseChatModel = ChatOllama(
        model=place.model,
        base_url=place.base_url,
        temperature=0,
        client_kwargs={"trust_env": False},
        async_client_kwargs=through,
    )
    return chat


def _openai(place: Place, door: httpx2.AsyncBaseTransport) -> "BaseChatModel":
    from langchain_openai import ChatOpenAI  # noqa: PLC0415
    from langchain_openai.chat_models.base import BaseChatOpenAI  # noqa: PLC0415

    # OpenAI's own class calls the bound of an answer as OpenAI's newer models want it; others know the old name.
    kind = ChatOpenAI if place.serves_openai else BaseChatOpenAI
    options: dict[str, Any] = {
        "model": place.model,
        "base_url": place.base_url,
        "api_key": _NO_KEY,
        "organization": "",
        "openai_proxy": "",
        "max_retries": 0,
        "http_async_client": _http(door),
        "http_client": httpx2.Client(trust_env=False),
        "use_responses_api": place.speaks_responses,
    }
    chat: BaseChatModel = kind(**options)
    return chat


def _anthropic(place: Place, door: httpx2.AsyncBaseTransport) -> "BaseChatModel":
    import anthropic  # noqa: PLC0415
    from langchain_anthropic import ChatAnthropic  # noqa: PLC0415

    chat: BaseChatModel = ChatAnthropic(
        model_name=place.model,
        base_url=place.base_url,
        api_key=_NO_KEY,
        max_retries=0,
        timeout=None,
        stop=None,
    )
    # The class takes no HTTP client; it looks here for the one that it made before.
    chat.__dict__["_async_client"] = anthropic.AsyncClient(
        api_key=_NO_KEY, base_url=place.base_url, max_retries=0, http_client=_http(door)
    )
    return chat


def _google(place: Place, door: httpx2.AsyncBaseTransport) -> "BaseChatModel":
    from google import genai  # noqa: PLC0415
    from google.genai.types import HttpOptions  # noqa: PLC0415
    from langchain_google_genai import ChatGoogleGenerativeAI  # noqa: PLC0415

    chat: Any = ChatGoogleGenerativeAI(
        model=place.model, api_key=_NO_KEY, vertexai=False, max_retries=1, base_url=place.base_url
    )
    options = HttpOptions(base_url=place.base_url, httpx_async_client=_http(door))
    chat.client = genai.Client(api_key=_NO_KEY, vertexai=False, http_options=options)
    made: BaseChatModel = chat
    return made
