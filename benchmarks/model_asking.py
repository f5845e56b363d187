"""How long a person's question takes, by rules and with a model that answers at once beside them."""

import time
from typing import Any

import httpx
from pydantic import Secret, SecretStr

from backend.api.app import create_app
from backend.db.engine import create_engine
from backend.settings.api import ApiSettings

TIMES = 30
_WARM_UP = 3
_QUESTION = "which incidents are open?"
_TOKEN = "0123456789abcdef0123"


def of_model(model_url: str) -> dict[str, Any]:
    """Return the settings of a model's server at an address."""
    return {
        "llm_provider": "openai-compatible",
        "llm_model": "instant",
        "llm_base_url": f"{model_url}/v1",
        "llm_api_key": Secret("none"),
    }


async def measure(database_url: str, model_url: str | None) -> list[float]:
    """Return the milliseconds that each question took, from request to the end of its answer."""
    settings = ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(_TOKEN),
        api_tokens=SecretStr(f"bench:viewer:{_TOKEN}"),
    ).model_copy(update=of_model(model_url) if model_url else {"llm_provider": "none"})
    engine = create_engine(database_url)
    app = create_app(settings, engine)
    took_ms = []
    try:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app),
                base_url="http://bench",
                headers={"Authorization": f"Bearer {_TOKEN}"},
            ) as client,
        ):
            for _ in range(TIMES + _WARM_UP):
                began = time.perf_counter()
                answer = await client.post("/api/v1/ask", json={"question": _QUESTION})
                took_ms.append((time.perf_counter() - began) * 1000)
                _check(answer, with_model=model_url is not None)
    finally:
        await engine.dispose()
    return took_ms[_WARM_UP:]


def _check(answer: httpx.Response, *, with_model: bool) -> None:
    answer.raise_for_status()
    if with_model != ("openai-compatible/instant" in answer.text):
        raise RuntimeError(f"nothing was measured: {answer.text[-500:]}")
