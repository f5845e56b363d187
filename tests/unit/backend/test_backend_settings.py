"""Settings: complete, documented, and closed to weak secrets."""

import re
from pathlib import Path

import pytest

from backend.actors import Role
from backend.settings import Settings, SettingsError, SignerSettings

EXAMPLE = Path(__file__).parents[3] / ".env.example"
SECRET = "0123456789abcdef0123"  # noqa: S105 - made up
ENOUGH = {
    "DATABASE_URL": "postgresql://localhost/db",
    "WEBHOOK_TOKEN": SECRET,
    "SIGNER_TOKEN": SECRET,
    "API_TOKENS": f"alice:approver:{SECRET}, bot:viewer:{SECRET}2",
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in {*Settings.model_fields, *SignerSettings.model_fields}:
        monkeypatch.delenv(name.upper(), raising=False)


def load(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> Settings:
    for name, value in {**ENOUGH, **changes}.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    return Settings.load(env_file=None)


def test_the_example_names_every_variable_and_no_other() -> None:
    named = set(re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(), flags=re.MULTILINE))

    fields = {*Settings.model_fields, *SignerSettings.model_fields}

    assert named == {field.upper() for field in fields}


def test_every_setting_says_what_it_is_for() -> None:
    for settings in (Settings, SignerSettings):
        assert [
            name for name, field in settings.model_fields.items() if not field.description
        ] == []


def test_the_example_is_refused_until_its_placeholders_are_replaced() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.load(env_file=EXAMPLE)

    for name in ("WEBHOOK_TOKEN", "SIGNER_TOKEN", "API_TOKENS"):
        assert f"{name}: " in str(refusal.value)
    assert "DATABASE_URL" not in str(refusal.value).replace("In the environment", "")


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.load(env_file=None)

    for name in ENOUGH:
        assert f"{name}: missing." in str(refusal.value)


def test_the_signer_needs_less() -> None:
    with pytest.raises(SettingsError) as refusal:
        SignerSettings.load(env_file=None)

    assert "SIGNING_KEY_FILE: missing." in str(refusal.value)
    assert "WEBHOOK_TOKEN" not in str(refusal.value)


@pytest.mark.parametrize("weak", ["change-me-change-me", "tiny-17", "<your token goes here>"])
def test_weak_secrets_are_refused_and_not_repeated(
    weak: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(monkeypatch, WEBHOOK_TOKEN=weak, API_TOKENS=f"alice:admin:{weak}")

    assert "WEBHOOK_TOKEN: " in str(refusal.value)
    assert "API_TOKENS: " in str(refusal.value)
    assert weak not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("DATABASE_URL", "sqlite:///x"),
        ("APPROVAL_TTL_SECONDS", "0"),
        ("API_TOKENS", f"alice:king:{SECRET}"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_malformed_value_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=f"{name}: "):
        load(monkeypatch, **{name: value})


def test_api_tokens_become_actors_and_only_their_hash_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = load(monkeypatch, ORG_ID="acme")

    alice, bot = settings.actors

    assert (alice.actor.name, alice.actor.role, alice.actor.org_id) == (
        "alice",
        Role.APPROVER,
        "acme",
    )
    assert bot.actor.role is Role.VIEWER
    assert SECRET not in repr(settings)
    assert SECRET not in repr(settings.actors)


def test_an_escalation_url_without_its_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="ESCALATION_WEBHOOK_SECRET"):
        load(monkeypatch, ESCALATION_WEBHOOK_URL="https://hooks.acme.dev/x")


def test_mcp_endpoints_are_those_with_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        MCP_LOKI_URL="http://127.0.0.1:8093/mcp",
        MCP_LOKI_READ_TOKEN=SECRET,
        MCP_KUBERNETES_URL="",
    )

    assert list(settings.mcp_endpoints) == ["loki"]


def test_an_mcp_url_without_its_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, MCP_LOKI_URL="http://127.0.0.1:8093/mcp")

    with pytest.raises(SettingsError, match="MCP_LOKI_READ_TOKEN"):
        _ = settings.mcp_endpoints
