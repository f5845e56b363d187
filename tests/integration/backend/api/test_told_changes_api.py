"""What systems tell of changes: stored once, shown to whom it belongs, and refused by its field."""

import gzip
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from api_scene import TOKENS, bearer, fire
from attack_counts import Attack
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import changes as timeline
from backend.db.changes import Told
from backend.db.tables.changes import changes
from sre_agent.domain.ids import ClusterId
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource

HOOK = "/webhook/change"
FLAG = {
    "key": "k-1",
    "kind": "flag",
    "summary": "new-pricing switched on",
    "at": "2026-03-01T11:50:00Z",
    "namespace": "prod",
    "services": ["web"],
}


async def tell(client: httpx.AsyncClient, *sent: dict[str, Any]) -> httpx.Response:
    return await client.post(HOOK, json={"changes": list(sent)}, headers=bearer("webhook"))


async def shown(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await client.get("/api/v1/changes", params=asked, headers=bearer("viewer"))
    assert answer.status_code == 200, answer.text
    return [item["summary"] for item in answer.json()["changes"]]


async def stored(engine: AsyncEngine) -> list[tuple[str, str]]:
    async with engine.connect() as connection:
        query = sa.select(changes.c.org_id, changes.c.id).order_by(changes.c.id)
        return [tuple(row) for row in await connection.execute(query)]


async def test_a_change_is_stored_once_however_often_it_is_told(client: httpx.AsyncClient) -> None:
    first = await tell(client, FLAG, {**FLAG, "key": "k-2", "summary": "again"})
    again = await tell(client, FLAG, FLAG)

    assert first.status_code == again.status_code == 202
    assert {key: first.json()[key] for key in ("received", "stored", "known", "refused")} == {
        "received": 2,
        "stored": 2,
        "known": 0,
        "refused": [],
    }
    assert (again.json()["stored"], again.json()["known"]) == (0, 2)
    assert again.json()["changes"] == first.json()["changes"][:1]
    assert sorted(await shown(client)) == ["again", "new-pricing switched on"]


async def test_another_change_under_the_same_key_is_refused_and_what_stands_stays(
    client: httpx.AsyncClient,
) -> None:
    await tell(client, FLAG)

    both = await tell(client, {**FLAG, "summary": "other"}, {**FLAG, "key": "k-2"})
    alone = await tell(client, {**FLAG, "summary": "other"})

    assert both.status_code == 202
    assert (both.json()["stored"], both.json()["refused"][0]["index"]) == (1, 0)
    assert "a key of its own" in both.json()["refused"][0]["errors"][0]["message"]
    assert alone.status_code == 409
    assert alone.json()["errors"][0]["field"] == "changes[0].key"
    assert set(await shown(client)) == {"new-pricing switched on"}


async def test_changes_are_listed_newest_first_by_what_is_asked_for(
    client: httpx.AsyncClient,
) -> None:
    sent = [
        {**FLAG, "key": str(minute), "summary": f"at {minute}", "at": f"2026-03-01T11:{minute}:00Z"}
        for minute in range(10, 15)
    ]
    other = {**FLAG, "key": "x", "summary": "other", "kind": "config", "services": ["api"]}
    await tell(client, *sent, other)

    first = await client.get(
        "/api/v1/changes", params={"limit": 2, "service": "web"}, headers=bearer("viewer")
    )
    cursor = first.json()["next_cursor"]
    rest = await shown(client, service="web", cursor=cursor)

    assert [item["summary"] for item in first.json()["changes"]] == ["at 14", "at 13"]
    assert rest == ["at 12", "at 11", "at 10"]
    assert await shown(client, kind="config") == ["other"]
    assert await shown(client, namespace="elsewhere") == []
    window = {"since": "2026-03-01T11:11:00Z", "until": "2026-03-01T11:12:00Z"}
    assert await shown(client, **window) == ["at 12", "at 11"]


async def test_the_changes_around_the_onset_of_an_incident_are_asked_for_by_its_id(
    client: httpx.AsyncClient,
) -> None:
    [incident] = await fire(client, "web")  # since 11:59
    sent = [
        {**FLAG, "key": at, "summary": at, "at": f"2026-03-01T{at}:00Z", "services": ["any"]}
        for at in ("05:58", "06:00", "11:50")
    ]
    await tell(client, *sent)

    assert await shown(client, incident=incident) == ["11:50", "06:00"]
    assert await shown(client, incident=incident, until="2026-03-01T07:00:00Z") == ["06:00"]


async def test_what_came_after_an_onset_leaves_room_for_what_came_before(
    client: httpx.AsyncClient,
) -> None:
    [incident] = await fire(client, "web")  # since 11:59
    before = [(f"before-{minute}", f"11:{minute}:00") for minute in range(50, 59)]
    after = [(f"after-{second}", f"11:59:{second}") for second in range(30, 50)]
    sent = [
        {**FLAG, "key": key, "summary": key, "at": f"2026-03-01T{at}Z"}
        for key, at in (*before, *after)
    ]
    await tell(client, *sent)

    found = await shown(client, incident=incident, limit=8)

    assert found[:3] == ["after-31", "after-30", "before-58"]
    assert len(found) == 8


async def test_a_services_changes_are_what_names_it_and_what_it_was_built_from(
    client: httpx.AsyncClient,
) -> None:
    def entry(key: str, kind: str, **more: Any) -> dict[str, Any]:
        plain = {"key": key, "kind": kind, "summary": key, "at": FLAG["at"]}
        return {**plain, "repository": "acme/store", **more}

    one, two, other = "1" * 40, "2" * 40, "3" * 40
    await tell(
        client,
        entry("rollout", "rollout", services=["checkout"], commit=one[:10]),
        entry("its commit", "commit", commit=one, paths=["lib/prices.py"]),
        entry("its pull request", "pull_request", commit=one, state="merged"),
        entry("its deployment", "deploy", commit=one, environment="production"),
        entry("in its folder", "commit", commit=two, paths=["services/checkout/x.py"]),
        entry("merged into it", "pull_request", commit=two, state="merged"),
        entry("its manifest", "commit", commit="4" * 40, paths=["deploy/checkout.yaml"]),
        entry("deployed 55: Roll out checkout", "deploy", commit="5" * 40),
        entry("another one", "commit", commit=other, paths=["services/checkout-admin/x.py"]),
        entry("another pull request", "pull_request", commit=other, state="merged"),
        entry("Roll out checkout-admin", "deploy", commit=other),
        entry("said of checkout", "release"),
    )

    assert sorted(await shown(client, service="checkout")) == [
        "deployed 55: Roll out checkout",
        "in its folder",
        "its commit",
        "its deployment",
        "its manifest",
        "its pull request",
        "merged into it",
        "rollout",
    ]
    assert "in its folder" in await shown(client, service="checkout-service")
    assert await shown(client, service="50%_[x") == []


async def test_one_change_is_shown_with_its_diff_and_counted_by_its_source(
    client: httpx.AsyncClient,
) -> None:
    told = await tell(client, {**FLAG, "kind": "commit", "diff": "-a\n+b", "commit": "ABCDEF1"})
    [id_] = told.json()["changes"]

    one = await client.get(f"/api/v1/changes/{id_}", headers=bearer("viewer"))
    none = await client.get("/api/v1/changes/chg-0", headers=bearer("viewer"))
    sources = await client.get("/api/v1/changes/sources", headers=bearer("viewer"))

    assert (one.json()["diff"], one.json()["commit"]) == ("-a\n+b", "abcdef1")
    assert none.status_code == 404
    assert "GET /api/v1/changes" in none.json()["hint"]
    [source] = sources.json()["sources"]
    assert (source["source"], source["changes"], sources.json()["github"]) == ("webhook", 1, [])


@pytest.mark.attack("changes told by nobody that is known, and malformed ones")
@pytest.mark.parametrize(
    ("headers", "content", "refusal"),
    [
        ({}, b"{}", (401, "Bearer")),
        ({"Authorization": "Bearer wrong"}, b"{}", (401, "WEBHOOK_TOKEN")),
        ({"Authorization": f"Bearer {TOKENS['admin']}"}, b"{}", (401, "WEBHOOK_TOKEN")),
        (bearer("webhook"), b"{", (400, "JSON")),
        (bearer("webhook"), b"[" * 100_000, (400, "JSON")),
        ({**bearer("webhook"), "Content-Type": "text/xml"}, b"<a/>", (415, "JSON")),
        (
            {**bearer("webhook"), "Content-Encoding": "gzip"},
            gzip.compress(b"0" * 9**6),
            (415, "un"),
        ),
        (bearer("webhook"), b'{"changes":[]}', (422, "changes")),
        (
            bearer("webhook"),
            json.dumps({"changes": [{**FLAG, "key": "a\x1b[2J"}]}).encode(),
            (422, "key"),
        ),
        (bearer("webhook"), json.dumps({"changes": [{**FLAG, "at": 1e300}]}).encode(), (422, "at")),
        (bearer("webhook"), b" " * (1024 * 1024 + 1), (413, "1048576")),
    ],
)
async def test_what_cannot_be_taken_is_told_why_and_leaves_nothing(
    headers: dict[str, str],
    content: bytes,
    refusal: tuple[int, str],
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    attack: Attack,
) -> None:
    attack.throws(content[:1000])
    answer = await client.post(HOOK, content=content, headers=headers)

    attack.asks()
    assert answer.status_code == refusal[0]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["hint"]
    assert refusal[1] in answer.text
    attack.writes_nothing(await stored(engine))


@pytest.mark.attack("body without end")
async def test_a_body_without_a_length_is_cut_off_at_the_limit(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1100):
            yield b" " * 1024

    answer = await client.post(HOOK, content=endless(), headers=bearer("webhook"))

    assert answer.status_code == 413
    assert "in several webhooks" in answer.json()["hint"]
    assert "Alertmanager" not in answer.text


@pytest.mark.attack("changes of another organization and cluster")
async def test_what_another_organization_changed_is_not_there(
    client: httpx.AsyncClient, engine: AsyncEngine, clock: Any, attack: Attack
) -> None:
    now = clock.now()
    theirs, ours = (
        Change(
            key="same",
            source=ChangeSource.WEBHOOK,
            kind=ChangeKind.FLAG,
            summary=f"of {name}",
            at=now - timedelta(minutes=1),
            told_at=now,
            cluster_id=ClusterId(name),
            services=("web",),
        )
        for name in ("theirs", "east")
    )
    async with engine.begin() as connection:
        await connection.execute(
            sa.text("INSERT INTO organizations (id, name, created_at) VALUES ('o', 'o', now())")
        )
        await timeline.keep(connection, "o", [Told(theirs, "1")])
        await timeline.keep(connection, "default", [Told(ours, "1")])

    told = await tell(client, {**FLAG, "key": "same"})
    listed = await shown(client)
    answer = await client.get(f"/api/v1/changes/{theirs.id}", headers=bearer("viewer"))

    attack.asks(3)
    attack.leaks_nothing([item for item in listed if item == "of theirs"])
    assert answer.status_code == 404
    assert told.json()["stored"] == 1, "a key is its cluster's own"
    assert set(listed) == {"of east", "new-pricing switched on"}
