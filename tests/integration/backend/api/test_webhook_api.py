"""What becomes of a webhook: each alert of it is taken, or told why not."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from api_scene import TOKENS, bearer, webhook


async def test_a_bad_alert_is_told_and_the_rest_of_its_webhook_is_taken(
    client: httpx.AsyncClient,
) -> None:
    sent = webhook("web", "api")
    del sent["alerts"][0]["labels"]["alertname"]

    answer = await client.post("/webhook/alert", json=sent, headers=bearer("webhook"))

    told = answer.json()
    assert (answer.status_code, told["received"], told["opened"]) == (202, 1, 1)
    problem = {"field": "alerts[0].labels.alertname", "message": "is missing"}
    assert told["refused"] == [{"index": 0, "errors": [problem]}]


async def test_a_webhook_is_acknowledged_with_what_became_of_it(client: httpx.AsyncClient) -> None:
    headers = bearer("webhook")
    first = await client.post("/webhook/alert", json=webhook("web", "api"), headers=headers)
    again = await client.post("/webhook/alert", json=webhook("web"), headers=headers)
    over = await client.post(
        "/webhook/alert", json=webhook("web", status="resolved"), headers=headers
    )
    heartbeat = await client.post(
        "/webhook/alert", json=webhook("x", severity="none"), headers=headers
    )

    assert first.status_code == 202
    assert first.json() == {
        "received": 2,
        "incidents": first.json()["incidents"],
        "opened": 2,
        "reopened": 0,
        "joined": 0,
        "deduplicated": 0,
        "resolved": 0,
        "ignored": 0,
        "refused": [],
    }
    assert len(set(first.json()["incidents"])) == 2
    assert again.json()["deduplicated"] == 1
    assert over.json()["resolved"] == 1
    assert heartbeat.json()["ignored"] == 1


@pytest.mark.parametrize(
    ("headers", "content", "status", "named"),
    [
        ({}, b"{}", 401, "Bearer"),
        ({"Authorization": "Bearer wrong"}, b"{}", 401, "WEBHOOK_TOKEN"),
        ({"Authorization": f"Bearer {TOKENS['admin']}"}, b"{}", 401, "WEBHOOK_TOKEN"),
        (bearer("webhook"), b"{", 400, "JSON"),
        ({**bearer("webhook"), "Content-Type": "text/xml"}, b"<a/>", 415, "JSON"),
        (bearer("webhook"), b'{"version":"4"}', 422, "alerts"),
        (
            bearer("webhook"),
            json.dumps({"version": "4", "alerts": [{"status": "x"}]}).encode(),
            422,
            "alerts[0].status",
        ),
        (bearer("webhook"), b" " * (1024 * 1024 + 1), 413, "1048576"),
    ],
)
@pytest.mark.attack("webhook forgery and malformed webhooks")
async def test_a_webhook_that_cannot_be_taken_is_told_why(
    headers: dict[str, str], content: bytes, status: int, named: str, client: httpx.AsyncClient
) -> None:
    answer = await client.post("/webhook/alert", content=content, headers=headers)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["hint"]
    assert named in answer.text


@pytest.mark.attack("body without end")
async def test_a_body_without_a_length_is_cut_off_at_the_limit(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1100):
            yield b" " * 1024

    answer = await client.post("/webhook/alert", content=endless(), headers=bearer("webhook"))

    assert answer.status_code == 413
