"""People and programs from the command line."""

from typing import Any

import pytest
from typer.testing import CliRunner

from backend.cli import accounts
from backend.cli.main import cli

ADA = {"id": "usr-1", "name": "ada", "role": "viewer", "disabled_at": None}
EVE = {"id": "usr-2", "name": "eve", "role": None, "disabled_at": "2026-03-01T12:00:00Z"}
CI = {
    "id": "tok-1",
    "name": "ci",
    "role": "viewer",
    "created_by": "ada",
    "expires_at": None,
    "revoked_at": None,
    "used_at": None,
}


class Api:
    """Knows two people and some tokens, and keeps what it was sent."""

    def __init__(self, *tokens: dict[str, Any]) -> None:
        self._tokens = list(tokens)
        self.sent: list[tuple[str, str, Any]] = []

    def get(self, path: str) -> dict[str, Any]:
        return {"users": [ADA, EVE], "tokens": self._tokens}

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.sent.append(("POST", path, body))
        return {"user": ADA, "password": "made-up", "token": CI, "secret": "sre_secret"}

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.sent.append(("PATCH", path, body))
        return {**ADA, **({"disabled_at": "now"} if body.get("disabled") else body)}

    def delete(self, path: str) -> None:
        self.sent.append(("DELETE", path, None))


def run(monkeypatch: pytest.MonkeyPatch, api: Api, *words: str) -> Any:
    monkeypatch.setattr(accounts, "client", lambda: api)
    return CliRunner().invoke(cli, list(words))


@pytest.mark.parametrize(
    ("words", "sent", "told"),
    [
        (
            ("add", "ada", "--role", "viewer"),
            ("POST", "/api/v1/users", {"name": "ada", "role": "viewer"}),
            "made-up",
        ),
        (
            ("role", "ada", "approver"),
            ("PATCH", "/api/v1/users/usr-1", {"role": "approver"}),
            "ada is approver",
        ),
        (
            ("role", "Ada", "none"),
            ("PATCH", "/api/v1/users/usr-1", {"role": None}),
            "ada is without a role",
        ),
        (
            ("disable", "ada"),
            ("PATCH", "/api/v1/users/usr-1", {"disabled": True}),
            "ada is disabled",
        ),
        (
            ("enable", "eve"),
            ("PATCH", "/api/v1/users/usr-2", {"disabled": False}),
            "ada is viewer",
        ),
        (("reset-password", "eve"), ("POST", "/api/v1/users/usr-2/password", {}), "made-up"),
    ],
)
def test_people_are_looked_after_by_name(
    words: tuple[str, ...],
    sent: tuple[str, str, Any],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Api()

    result = run(monkeypatch, api, "users", *words)

    assert result.exit_code == 0, result.output
    assert told in result.output
    assert api.sent == [sent]


def test_a_list_shows_who_waits_and_who_is_shut_out(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Api(), "users", "list")

    ada, eve = result.output.splitlines()[1:]
    assert ada.split() == ["ada", "viewer"]
    assert eve.split() == ["eve", "none", "yet", "disabled"]


def test_a_token_is_shown_when_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api()

    result = run(monkeypatch, api, "tokens", "create", "ci", "--role", "responder", "--days", "7")

    assert "sre_secret" in result.output
    [(_, path, body)] = api.sent
    assert (path, body["name"], body["role"]) == ("/api/v1/tokens", "ci", "responder")
    assert body["expires_at"].endswith("+00:00")


def test_the_token_that_is_revoked_is_the_one_that_is_still_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Api({**CI, "id": "tok-0", "revoked_at": "2026-03-01T12:00:00Z"}, CI)

    result = run(monkeypatch, api, "tokens", "revoke", "ci")

    assert result.exit_code == 0
    assert api.sent == [("DELETE", "/api/v1/tokens/tok-1", None)]


@pytest.mark.parametrize("words", [("users", "disable", "nobody"), ("tokens", "revoke", "nothing")])
def test_who_is_not_there_is_told(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(CI)

    result = run(monkeypatch, api, *words)

    assert result.exit_code != 0
    assert words[-1] in str(result.exception)
    assert api.sent == []
