"""Freezes that people add: where they cannot hold, they are refused."""

from pathlib import Path

import httpx
import pytest
from api_scene import bearer

from backend.settings import ApiSettings


@pytest.fixture
def settings(settings: ApiSettings, tmp_path: Path) -> ApiSettings:
    (tmp_path / "own.yaml").write_text(
        "environments: {production: {}}\nrules: [{name: a, ruling: ask, when: 'true', reason: r}]\n"
    )
    return settings.model_copy(update={"policy_dir": tmp_path})


async def test_a_freeze_of_an_environment_that_policy_does_not_know_is_refused(
    client: httpx.AsyncClient,
) -> None:
    freeze = {
        "name": "sale",
        "reason": "many buy",
        "starts_at": "2031-01-01T00:00:00Z",
        "ends_at": "2031-01-02T00:00:00Z",
    }

    answers = [
        await client.post(
            "/api/v1/freezes",
            json={**freeze, "environments": [environment]},
            headers=bearer("approver"),
        )
        for environment in ("producton", "production")
    ]

    assert [answer.status_code for answer in answers] == [422, 201]
    assert "did you mean production?" in answers[0].json()["detail"]
