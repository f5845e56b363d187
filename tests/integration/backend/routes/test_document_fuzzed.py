"""Whatever is sent to it, the API answers what was wrong: it never breaks."""

import asyncio

import pytest
import stranger
from attack_counts import Attack
from fastapi import FastAPI
from house import House, snapshot
from quick_server import serving
from sqlalchemy.ext.asyncio import AsyncEngine

pytestmark = pytest.mark.attack("requests made from the API's own document")


async def test_no_request_that_the_document_leads_to_breaks_the_api(
    app: FastAPI, engine: AsyncEngine, apple: House, zebra: House, attack: Attack
) -> None:
    before = await snapshot(engine, zebra.org_id)

    async with serving(app) as url:
        found = await asyncio.to_thread(stranger.ask, app.openapi(), url, apple)

    attack.asks(found.sent)
    assert found.faults == []
    assert found.sent > 0.9 * stranger.REQUESTS
    assert len(found.statuses) > 5, found.statuses
    assert await snapshot(engine, zebra.org_id) == before
