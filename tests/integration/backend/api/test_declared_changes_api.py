"""What the operator's file says that a service is built from, its changes are listed with."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from api_scene import bearer

from backend.settings.api import ApiSettings

FILE = """
services:
  - {service: front, namespaces: [shop], repository: acme/store, paths: [apps/web, go.mod]}
  - {service: front, namespaces: [other], repository: acme/other, paths: [/]}
  - {service: back, owners: [ines]}
"""
COMMITS = {
    "in its folder": {"repository": "Acme/Store", "paths": ["docs/a.md", "apps/web/cart.py"]},
    "its file": {"repository": "acme/store", "paths": ["go.mod"]},
    "beside its folder": {"repository": "acme/store", "paths": ["apps/web-admin/cart.py"]},
    "below another": {"repository": "acme/store", "paths": ["old/apps/web/cart.py", "go.mod.bak"]},
    "of another repository": {"repository": "acme/shop", "paths": ["apps/web/cart.py"]},
    "of another namespace": {"repository": "acme/other", "paths": ["x.py"]},
}


@pytest.fixture
def settings(settings: ApiSettings, tmp_path: Path) -> ApiSettings:
    """Settings that name a file of services."""
    file = tmp_path / "services.yaml"
    file.write_text(FILE)
    return settings.model_copy(update={"services_file": file})


async def shown(client: httpx.AsyncClient, **asked: str) -> set[str]:
    answer = await client.get("/api/v1/changes", params=asked, headers=bearer("viewer"))
    return {item["summary"] for item in answer.json()["changes"]}


@pytest.fixture
async def told(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of a timeline with commits, and a deployment of one of them."""
    at = {"at": "2026-03-01T11:50:00Z"}
    shas = [f"{number:07x}{0:033x}" for number in range(1, len(COMMITS) + 1)]
    sent: list[dict[str, Any]] = [
        {**at, "key": name, "kind": "commit", "summary": name, "commit": sha, **about}
        for sha, (name, about) in zip(shas, COMMITS.items(), strict=True)
    ]
    deploy = {"key": "deploy", "kind": "deploy", "summary": "deployed", "commit": shas[0], **at}
    body = {"changes": [*sent, deploy]}
    answer = await client.post("/webhook/change", json=body, headers=bearer("webhook"))
    assert answer.json()["stored"] == len(COMMITS) + 1, answer.text
    return client


async def test_commits_of_what_it_is_built_from_are_a_services_changes(
    told: httpx.AsyncClient,
) -> None:
    own = {"in its folder", "its file", "deployed"}

    assert await shown(told, service="front", namespace="") == own | {"of another namespace"}
    assert await shown(told, service="back") == set()


async def test_who_asks_of_a_service_what_changed_is_told_of_them(told: httpx.AsyncClient) -> None:
    question = {"question": "what changed in front in the last 24 hours?"}
    answer = await told.post("/api/v1/ask", json=question, headers=bearer("viewer"))

    assert answer.status_code == 200, answer.text
    assert "in its folder" in answer.text
    assert "beside its folder" not in answer.text
