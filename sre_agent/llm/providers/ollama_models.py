"""Whether an Ollama answers, and which models it has."""

import asyncio
import ssl
import time
from typing import Any

import httpx2

from sre_agent.llm import exchange as exchanges
from sre_agent.llm.door import Door
from sre_agent.llm.exchange import Exchange
from sre_agent.llm.mind import MindAnswerInvalidError, MindError, MindUnavailableError
from sre_agent.llm.providers.place import Place
from sre_agent.tools import transport

_MAX_BYTES = 1024 * 1024


async def names(place: Place, *, deadline_s: float) -> tuple[str, ...]:
    """Return the models that the Ollama at a place has.

    Raises:
        MindError: It does not answer, or not as Ollama does.
    """
    # One try: whoever looks whether there is one does not wait for one that is not.
    now = time.monotonic()
    token = exchanges.current.set(Exchange(ends_at=now, max_bytes=_MAX_BYTES))
    try:
        async with asyncio.timeout(deadline_s):
            tls = await asyncio.to_thread(_tls, place.base_url)
            door = Door(place, transport.opened(tls))
            async with httpx2.AsyncClient(transport=door, trust_env=False, timeout=None) as http:
                return _names((await http.get(f"{place.base_url}/api/tags")).json())
    except (TimeoutError, httpx2.HTTPError) as error:
        fault = exchanges.current.get().fault
        told = f"{place.base_url} does not answer"
        raise fault or MindUnavailableError(told) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unlike(place) from error
    finally:
        exchanges.current.reset(token)


def found(wanted: str, among: tuple[str, ...]) -> str | None:
    """Return the name under which a model is there: without a tag any tag will do."""
    for name in (wanted, f"{wanted}:latest"):
        if name in among:
            return name
    if ":" in wanted:
        return None
    return next((name for name in sorted(among) if name.partition(":")[0] == wanted), None)


def _tls(url: str) -> ssl.SSLContext:
    """Return whom to trust at a URL: nobody where it is plain, since reading the list takes a tenth of a second."""
    is_plain = url.startswith("http://")
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else ssl.create_default_context()


def _names(said: Any) -> tuple[str, ...]:
    return tuple(str(item["name"]) for item in said["models"])


def _unlike(place: Place) -> MindError:
    return MindAnswerInvalidError(f"{place.base_url} does not answer as Ollama does")
