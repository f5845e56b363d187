"""Freezes that people add: where they cannot hold, they are refused."""

from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from api_scene import bearer
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.settings.api import ApiSettings

SALE = {
    "name": "sale",
    "reason": "many buy",
    "starts_at": "2031-01-01T00:00:00Z",
    "ends_at": "2031-01-02T00:00:00Z",
}


@pytest.fixture
def settings(settings: ApiSettings, tmp_path: Path) -> ApiSettings:
    (tmp_path / "own.yaml").write_text(
        "environments: {production: {}}\nrules: [{name: a, ruling: ask, when: 'true', reason: r}]\n"
    )
    return settings.model_copy(update={"policy_dir": tmp_path})


async def test_a_freeze_of_an_environment_that_policy_does_not_know_is_refused(
    client: httpx.AsyncClient,
) -> None:
    answers = [
        await client.post(
            "/api/v1/freezes",
            json={**SALE, "environments": [environment]},
            headers=bearer("approver"),
        )
        for environment in ("producton", "production")
    ]

    assert [answer.status_code for answer in answers] == [422, 201]
    assert "did you mean production?" in answers[0].json()["detail"]


@pytest.mark.parametrize("spoiled", ["null", "[]", '{"name": "sale"}', '"sale"'])
async def test_a_spoiled_freeze_is_told_with_what_to_do_and_can_be_removed(
    spoiled: str, client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    added = await client.post("/api/v1/freezes", json=SALE, headers=bearer("approver"))
    id_ = added.json()["id"]
    async with engine.begin() as connection:
        query = sa.text("UPDATE freezes SET definition = CAST(:said AS json)")
        await connection.execute(query, {"said": spoiled})

    listed = await client.get("/api/v1/freezes", headers=bearer("viewer"))
    shown = await client.get("/api/v1/brakes", headers=bearer("viewer"))
    more = await client.post("/api/v1/freezes", json=SALE, headers=bearer("approver"))
    removed = await client.delete(f"/api/v1/freezes/{id_}", headers=bearer("admin"))
    after = await client.get("/api/v1/freezes", headers=bearer("viewer"))

    told = f"freeze {id_} is spoiled in the database: remove it (`sre-agent freeze remove {id_}`)"
    assert (listed.status_code, shown.status_code) == (200, 200)
    assert told in listed.json()["fault"]
    assert told in shown.json()["fault"]
    assert (more.status_code, removed.status_code) == (201, 204)
    assert (after.json()["fault"], len(after.json()["freezes"])) == (None, 1)
