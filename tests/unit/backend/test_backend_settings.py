"""Settings: complete, documented, and closed to weak secrets."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from backend.actors import Role
from backend.cli.stack import environment, world
from backend.settings.api import ApiSettings
from backend.settings.common import SettingsError
from backend.settings.signer import SignerSettings
from backend.settings.worker import WorkerSettings
from mcp_servers.common.settings import ServerSettings
from mcp_servers.github.settings import GithubSettings
from mcp_servers.jaeger.settings import JaegerSettings
from mcp_servers.kubernetes.settings import KubernetesSettings
from mcp_servers.loki.settings import LokiSettings
from mcp_servers.prometheus.settings import PrometheusSettings
from mcp_servers.runbooks.settings import RunbookSettings

EXAMPLE = Path(__file__).parents[3] / ".env.example"
SECRET = "0123456789abcdef0123"  # noqa: S105 - made up
PROGRAMS = (ApiSettings, WorkerSettings, SignerSettings)
HANDS = (
    *(KubernetesSettings, PrometheusSettings, LokiSettings, JaegerSettings, RunbookSettings),
    GithubSettings,
)
WIRING = {
    *ServerSettings.model_fields,
    *("mcp_write_token", "mcp_cluster_id", "grant_public_key", "grant_public_key_file"),
}
"""What whoever starts a server tells it: the same names mean another value in each."""
CONTAINERS_ONLY = {
    *("POSTGRES_PASSWORD", "REDIS_PASSWORD"),
    *("LAB_READ_TOKEN", "LAB_WRITE_TOKEN", "LAB_FORGE_SECRET"),
}
"""Read by no program of ours: the compose file gives them to a database, a bus and the lab."""

ENOUGH = {
    "DATABASE_URL": "postgresql://localhost/db",
    "WEBHOOK_TOKEN": SECRET,
    "API_TOKENS": f"alice:approver:{SECRET}, bot:viewer:{SECRET}2",
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in fields(*PROGRAMS):
        monkeypatch.delenv(name, raising=False)


def fields(*kinds: type[BaseSettings]) -> set[str]:
    return {field.upper() for kind in kinds for field in kind.model_fields}


def load(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> ApiSettings:
    for name, value in {**ENOUGH, **changes}.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    return ApiSettings.load(env_file=None)


def load_worker(monkeypatch: pytest.MonkeyPatch, **changes: str) -> WorkerSettings:
    needed = {"DATABASE_URL": ENOUGH["DATABASE_URL"], "SIGNER_TOKEN": SECRET}
    for name, value in {**needed, **changes}.items():
        monkeypatch.setenv(name, value)
    return WorkerSettings.load(env_file=None)


def test_the_example_names_every_variable_and_no_other() -> None:
    named = re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(), flags=re.MULTILINE)

    read = fields(*PROGRAMS, *HANDS) - {name.upper() for name in WIRING}
    assert set(named) == read | CONTAINERS_ONLY
    assert len(named) == len(set(named))


def test_the_example_as_it_is_asks_for_the_lab() -> None:
    assert not world.is_real(environment.read(EXAMPLE))


def test_every_setting_says_what_it_is_for() -> None:
    for settings in PROGRAMS:
        assert [
            name for name, field in settings.model_fields.items() if not field.description
        ] == []


def test_the_example_is_refused_until_its_placeholders_are_replaced() -> None:
    with pytest.raises(SettingsError) as refusal:
        ApiSettings.load(env_file=EXAMPLE)

    for name in ("WEBHOOK_TOKEN", "API_TOKENS"):
        assert f"{name}: " in str(refusal.value)
    assert "DATABASE_URL" not in str(refusal.value).replace("In the environment", "")


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        ApiSettings.load(env_file=None)

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
    ("name", "value"), [("WEBHOOK_TOKEN", "{}"), ("API_TOKENS", "alice:admin:{}")]
)
@pytest.mark.parametrize(
    "placeholder", ["change-me-change-me", "<your token goes here>", "x" * 24, "a-long-password"]
)
def test_a_placeholder_is_refused_however_long_it_is(
    name: str, value: str, placeholder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match=f"{name}: .*is a placeholder: put a real secret there"):
        load(monkeypatch, **{name: value.format(placeholder)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("DATABASE_URL", "sqlite:///x"),
        ("API_TOKENS", f"alice:king:{SECRET}"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_malformed_value_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=f"{name}: "):
        load(monkeypatch, **{name: value})


def test_a_duration_of_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="APPROVAL_TTL_SECONDS: "):
        load_worker(monkeypatch, APPROVAL_TTL_SECONDS="0")


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
        load_worker(monkeypatch, ESCALATION_WEBHOOK_URL="https://hooks.acme.dev/x")


def test_mcp_endpoints_are_those_with_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_worker(
        monkeypatch,
        MCP_LOKI_URL="http://127.0.0.1:8093/mcp",
        MCP_LOKI_READ_TOKEN=SECRET,
        MCP_KUBERNETES_URL="",
    )

    assert list(settings.mcp_endpoints) == ["loki"]


def test_an_mcp_url_without_its_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_worker(monkeypatch, MCP_LOKI_URL="http://127.0.0.1:8093/mcp")

    with pytest.raises(SettingsError, match="MCP_LOKI_READ_TOKEN"):
        _ = settings.mcp_endpoints


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_CONCURRENT_ALERTS", "0"),
        ("MAX_CONCURRENT_ALERTS", "many"),
        ("ALERT_QUEUE_TTL_SECONDS", "0"),
        ("ALERT_QUEUE_AGEING_SECONDS", "-1"),
        ("TOPOLOGY_SURVEY_SECONDS", "soon"),
    ],
)
def test_a_queue_setting_that_makes_no_sense_is_named_with_what_it_is_for(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_worker(monkeypatch, **{name: value})

    field = WorkerSettings.model_fields[name.lower()]
    assert f"{name}: Input should be" in str(refusal.value)
    assert " ".join(str(field.description).split()) in str(refusal.value)


def test_the_queue_is_ruled_by_what_users_set(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = {"MAX_CONCURRENT_ALERTS": "7", "ALERT_QUEUE_TTL_SECONDS": "30"}

    worker, api = load_worker(monkeypatch, **changes), load(monkeypatch, **changes)

    for settings in (worker, api):
        assert (settings.max_concurrent_alerts, settings.alert_queue_ttl_seconds) == (7, 30)


def test_origins_are_named_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, ALLOWED_ORIGINS="https://Ops.test, http://127.0.0.1:5173")

    assert settings.allowed_origins == ("https://ops.test", "http://127.0.0.1:5173")


@pytest.mark.parametrize("origins", ["*", "ops.test", "https://ops.test/", "https://a.test b"])
def test_what_no_browser_sends_as_its_origin_is_refused(
    origins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match="ALLOWED_ORIGINS"):
        load(monkeypatch, ALLOWED_ORIGINS=origins)


def test_redis_is_named_by_a_url_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="REDIS_URL"):
        load(monkeypatch, REDIS_URL="http://redis:6379")
