"""The API with people at its door, and passwords that are hashed quickly."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from at_the_door import CountingHasher, Door
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.accounts.passwords import Passwords
from backend.api.app import create_app
from backend.settings.api import ApiSettings

ROOT = hashlib.sha256(b"root").hexdigest()


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> ApiSettings:
    return ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(hashlib.sha256(b"webhook").hexdigest()),
        api_tokens=SecretStr(f"root:admin:{ROOT}"),
    )


@pytest.fixture
def app(settings: ApiSettings, engine: AsyncEngine, clock: Any, hasher: CountingHasher) -> FastAPI:
    return create_app(settings, engine, clock=clock, passwords=Passwords(hasher))


@pytest.fixture
async def door(app: FastAPI, engine: AsyncEngine, clock: Any) -> AsyncIterator[Door]:
    async with app.router.lifespan_context(app):
        door = Door(app, engine, clock, ROOT)
        yield door
        await door.close()
