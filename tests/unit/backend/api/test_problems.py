"""What the errors of the database become for whoever asked."""

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from backend.api import problems


@pytest.mark.parametrize(
    "error",
    [
        sa.exc.OperationalError("SELECT 1", None, Exception("gone")),
        sa.exc.InterfaceError("SELECT 1", None, Exception("the connection is closed")),
        sa.exc.TimeoutError("no connection is free"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_database_that_is_away_is_no_mistake_of_ours(error: Exception) -> None:
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    async def fall() -> None:
        raise error

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/")

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["hint"]
