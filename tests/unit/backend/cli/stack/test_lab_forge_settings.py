"""Whoever watches the lab hears its forge, reads it and may write to it, unless `.env` names another GitHub."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.cli.stack import forge, programs, world
from backend.cli.stack.layout import Layout

Json = dict[str, Any]

FORGE: Json = {
    "url": "http://127.0.0.1:3000",
    "repository": "storefront/shop",
    "tokens": {"none": "n", "read": "reads", "write": "writes", "admin": "rules"},
}
PORTS = dict.fromkeys(
    ("signer", "kubernetes", "prometheus", "loki", "jaeger", "runbooks", "github"), 1
)


@pytest.fixture
def place(tmp_path: Path) -> Layout:
    """A checkout whose lab is up."""
    place = Layout(tmp_path)
    place.lab.mkdir(parents=True)
    systems = {name: {"url": f"http://{name}"} for name in ("prometheus", "loki", "jaeger")}
    kubernetes = {"url": "http://cluster", "tokens": {"read": "r", "write": "w"}}
    record = {**systems, "kubernetes": kubernetes, "forge": FORGE}
    (place.lab / "lab.json").write_text(json.dumps(record), encoding="utf-8")
    forge.told_to(place, "http://127.0.0.1:8080")
    return place


def test_the_lab_tells_the_platform_what_happens_and_signs_with_what_the_platform_knows(
    place: Layout,
) -> None:
    words = forge.told_to(place, "http://127.0.0.1:8090")

    assert words[:2] == ["--forge-webhook-url", "http://127.0.0.1:8090/webhook/github"]
    signs = Path(words[3]).read_text(encoding="utf-8")
    assert len(signs) >= 32
    assert Path(words[3]).stat().st_mode & 0o077 == 0
    assert world.with_lab(place, {})["GITHUB_WEBHOOK_SECRETS"] == signs


def test_a_secret_of_the_users_own_still_counts(place: Layout) -> None:
    found = world.with_lab(place, {"GITHUB_WEBHOOK_SECRETS": "mine,older"})

    assert found["GITHUB_WEBHOOK_SECRETS"].split(",")[:2] == ["mine", "older"]
    assert len(found["GITHUB_WEBHOOK_SECRETS"].split(",")) == 3


def test_a_server_for_the_repository_of_the_lab_is_started(place: Layout) -> None:
    settings = world.with_lab(place, {"GITHUB_URL": "https://api.github.com"})

    found = {item.name: item.environment for item in programs.programs(settings, PORTS)}

    assert {
        name: value for name, value in found["mcp-github"].items() if name.startswith("GITHUB_")
    } == {
        "GITHUB_URL": "http://127.0.0.1:3000/api/v3",
        "GITHUB_REPOSITORIES": "storefront/shop",
        "GITHUB_READ_TOKEN": "reads",
        "GITHUB_WRITE_TOKEN": "writes",
    }
    assert "MCP_GITHUB_URL" in found["worker"]


@pytest.mark.parametrize("name", ["GITHUB_REPOSITORIES", "GITHUB_APP_ID", "GITHUB_READ_TOKEN"])
def test_credentials_for_another_github_never_meet_the_labs(place: Layout, name: str) -> None:
    mine = {name: "mine"}

    found = world.with_lab(place, mine)

    assert {key for key in found if key.startswith("GITHUB_")} == {name, "GITHUB_WEBHOOK_SECRETS"}
    assert found[name] == "mine"
