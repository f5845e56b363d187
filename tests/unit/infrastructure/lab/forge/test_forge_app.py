"""A GitHub App gets tokens of its installation, and no more than it may."""

from pathlib import Path
from typing import Any

from forge_client import Client, client_of

TOKENS = "//app/installations/{installation_id}/access_tokens"


def registered(client: Client) -> dict[str, Any]:
    app: dict[str, Any] = client.with_("admin").ask("POST", "//lab/app", 201)
    return app


def test_a_token_of_the_installation_has_the_permissions_that_were_asked_for(
    tmp_path: Path,
) -> None:
    with client_of(tmp_path) as client:
        app = registered(client)
        signed = client.as_app(app["id"], app["private_key"])
        assert signed.get("/installation")["id"] == app["installation_id"]

        whole, reading = (
            signed.ask("POST", TOKENS.format(**app), 201, json=body)
            for body in ({}, {"permissions": {"contents": "read"}})
        )

        writer, reader = (client.with_token(each["token"]) for each in (whole, reading))
        writer.branch("topic", client.forge.head)
        assert reader.get("/git/ref/heads/topic")
        body = {"ref": "refs/heads/other", "sha": client.forge.head}
        refused = reader.raw("POST", "/git/refs", json=body)
        assert refused.status_code == 403
        assert "by integration" in refused.json()["message"]

    with client_of(tmp_path) as again:
        assert again.with_token(whole["token"]).get("")["permissions"]["push"]


def test_a_token_that_the_app_did_not_sign_or_that_lasts_too_long_opens_nothing(
    client: Client,
) -> None:
    assert client.raw("GET", "/installation").status_code == 401
    app = registered(client)
    for caller in (
        client,
        client.as_app(app["id"] + 1, app["private_key"]),
        client.as_app(app["id"], app["private_key"], lasts_s=3600),
        client.as_app(app["id"], app["private_key"], lasts_s=-300),
    ):
        assert caller.raw("GET", "/installation").status_code == 401


def test_an_app_is_not_given_what_it_does_not_have(client: Client) -> None:
    app = registered(client)
    signed = client.as_app(app["id"], app["private_key"])

    for body in ({"permissions": {"deployments": "write"}}, {"repositories": ["another"]}):
        assert signed.raw("POST", TOKENS.format(**app), json=body).status_code == 422
    elsewhere = {**app, "installation_id": 1}
    assert signed.raw("POST", TOKENS.format(**elsewhere), json={}).status_code == 404
    assert registered(client) == app, "the key stays"


def test_a_token_is_over_after_an_hour(client: Client) -> None:
    app = registered(client)
    signed = client.as_app(app["id"], app["private_key"])
    token = signed.ask("POST", TOKENS.format(**app), 201, json={})["token"]
    caller = client.forge.access.caller(f"Bearer {token}")
    assert caller.expires_at_s is not None

    client.forge.access.grant(type(caller)(token, caller.login, caller.right, expires_at_s=1))

    assert client.with_token(token).raw("GET", "").status_code == 401
