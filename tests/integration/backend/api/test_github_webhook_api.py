"""What GitHub delivers: only what is signed, each delivery once, and nothing lost in any order."""

import asyncio
import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from api_scene import TOKENS, bearer
from attack_counts import Attack
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.tables.changes import changes, github_deliveries
from backend.settings.api import ApiSettings

HOOK = "/webhook/github"
OLD, NEW = (hashlib.sha256(name).hexdigest() for name in (b"old", b"new"))
SHA = "1f0e8b7a4c5d9e2f3a4b5c6d7e8f0d6c1f0e8b7a"
REPOSITORY = {"full_name": "acme/shop", "default_branch": "main"}
PUSH = {
    "ref": "refs/heads/main",
    "repository": {**REPOSITORY, "pushed_at": 1772366000},
    "commits": [{"id": SHA, "message": "Round prices", "timestamp": "2026-02-01T10:00:00Z"}],
}


@pytest.fixture
def settings(database_url: str) -> ApiSettings:
    """Settings with two secrets, as while one follows the other."""
    return ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(TOKENS["webhook"]),
        api_tokens=SecretStr(f"viewer-1:viewer:{TOKENS['viewer']}"),
        github_webhook_secrets=(SecretStr(NEW), SecretStr(OLD)),
    )


def signed(
    body: bytes, *, secret: str = NEW, event: str = "push", delivery: str = "d-00000001"
) -> dict[str, str]:
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": f"sha256={made}",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery,
    }


async def deliver(client: httpx.AsyncClient, sent: Any, **how: str) -> httpx.Response:
    body = json.dumps(sent).encode()
    return await client.post(HOOK, content=body, headers=signed(body, **how))


async def shown(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/changes", headers=bearer("viewer"))
    found: list[dict[str, Any]] = answer.json()["changes"]
    return found


async def rows(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        counts = [
            (await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
            for table in (changes, github_deliveries)
        ]
    return sum(counts)


def deployed(state: str, minute: int) -> dict[str, Any]:
    return {
        "repository": REPOSITORY,
        "deployment": {
            "id": 1,
            "sha": SHA,
            "environment": "production",
            "created_at": "2026-03-01T11:30:00Z",
        },
        "deployment_status": {"state": state, "created_at": f"2026-03-01T11:{minute}:00Z"},
    }


@pytest.mark.parametrize("secret", [OLD, NEW])
async def test_a_delivery_is_taken_with_any_of_the_secrets(
    secret: str, client: httpx.AsyncClient
) -> None:
    answer = await deliver(client, PUSH, secret=secret)

    assert answer.status_code == 202
    assert (answer.json()["stored"], answer.json()["is_known"]) == (1, True)
    [change] = await shown(client)
    assert (change["commit"], change["repository"], change["cluster"]) == (SHA, "acme/shop", "")


@pytest.mark.attack("forged deliveries of GitHub's")
@pytest.mark.parametrize(
    "forged",
    [
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": "sha1=" + "0" * 40},
        {"X-Hub-Signature-256": "sha256=é"},
        {"Authorization": f"Bearer {TOKENS['webhook']}", "X-Hub-Signature-256": ""},
    ],
)
async def test_what_is_not_signed_is_refused(
    forged: dict[str, str], client: httpx.AsyncClient, engine: AsyncEngine, attack: Attack
) -> None:
    body = json.dumps(PUSH).encode()
    headers = [(name.encode(), said.encode()) for name, said in {**signed(body), **forged}.items()]
    attack.throws(str(forged))

    answer = await client.post(HOOK, content=body, headers=headers)

    attack.asks()
    assert answer.status_code == 401
    assert "GITHUB_WEBHOOK_SECRETS" in answer.json()["hint"]
    attack.writes_nothing(range(await rows(engine)))


@pytest.mark.attack("forged deliveries of GitHub's")
async def test_a_signature_is_of_one_body_and_one_secret_alone(
    client: httpx.AsyncClient, engine: AsyncEngine, attack: Attack
) -> None:
    body = json.dumps(PUSH).encode()
    other = await client.post(HOOK, content=body + b" ", headers=signed(body))
    unknown = await client.post(HOOK, content=body, headers=signed(body, secret=TOKENS["webhook"]))

    attack.asks(2)
    assert (other.status_code, unknown.status_code) == (401, 401)
    attack.writes_nothing(range(await rows(engine)))


@pytest.mark.attack("replayed deliveries of GitHub's")
async def test_a_delivery_that_comes_again_changes_nothing_under_whatever_id(
    client: httpx.AsyncClient, engine: AsyncEngine, attack: Attack
) -> None:
    first = await deliver(client, PUSH)
    before = await shown(client)
    again = await asyncio.gather(*[deliver(client, PUSH) for _ in range(10)])
    renamed = await deliver(client, PUSH, delivery="d-00000002")

    attack.asks(12)
    assert first.json()["is_repeated"] is False
    assert all(answer.json()["is_repeated"] for answer in again)
    assert (renamed.json()["is_repeated"], renamed.json()["stored"]) == (False, 0)
    attack.writes_nothing(item for item in await shown(client) if item not in before)


async def test_how_a_deployment_ended_stands_in_whatever_order_it_is_told(
    client: httpx.AsyncClient,
) -> None:
    how = {"event": "deployment_status"}
    await deliver(client, deployed("success", 40), **how, delivery="d-00000011")
    await deliver(client, deployed("in_progress", 35), **how, delivery="d-00000012")

    [change] = await shown(client)
    assert (change["state"], change["at"]) == ("success", "2026-03-01T11:30:00Z")
    await deliver(client, deployed("failure", 45), **how, delivery="d-00000013")
    [change] = await shown(client)
    assert change["state"] == "failure"


async def test_an_event_that_is_not_read_is_acknowledged_and_counted(
    client: httpx.AsyncClient,
) -> None:
    answers = [
        await deliver(client, {}, event="star", delivery=f"d-0000002{number}")
        for number in range(3)
    ]
    sources = await client.get("/api/v1/changes/sources", headers=bearer("viewer"))

    assert {answer.status_code for answer in answers} == {202}
    assert not answers[0].json()["is_known"]
    [counted] = sources.json()["github"]
    assert (counted["event"], counted["deliveries"], counted["changes"]) == ("star", 3, 0)


@pytest.mark.attack("malformed deliveries of GitHub's")
@pytest.mark.parametrize(
    ("body", "changed", "refusal"),
    [
        (b"{", {}, (400, "JSON")),
        (b"[" * 100_000, {}, (400, "JSON")),
        (b"{}", {}, (422, "repository")),
        (b"{}", {"X-GitHub-Event": ""}, (422, "X-GitHub-Event")),
        (b"{}", {"X-GitHub-Event": "push'; DROP TABLE"}, (422, "X-GitHub-Event")),
        (b"{}", {"X-GitHub-Delivery": "../../x"}, (422, "X-GitHub-Delivery")),
        (b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, (415, "application/json")),
    ],
)
async def test_what_is_signed_and_malformed_is_told_why(
    body: bytes,
    changed: dict[str, str],
    refusal: tuple[int, str],
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    attack: Attack,
) -> None:
    answer = await client.post(HOOK, content=body, headers={**signed(body), **changed})

    attack.asks()
    attack.throws(body[:1000])
    assert answer.status_code == refusal[0]
    assert refusal[1] in answer.text
    attack.writes_nothing(range(await rows(engine)))


async def test_without_a_secret_nothing_is_taken(
    settings: ApiSettings, client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    object.__setattr__(settings, "github_webhook_secrets", ())

    answer = await deliver(client, PUSH, secret="")

    assert answer.status_code == 401
    assert await rows(engine) == 0
