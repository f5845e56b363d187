"""Each program is told what it reads, and no other's secrets."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from backend.cli.stack import lifecycle, ports, programs
from backend.cli.stack.layout import Layout
from backend.settings.api import ApiSettings
from backend.settings.signer import SignerSettings
from backend.settings.worker import WorkerSettings
from mcp_servers.github.settings import GithubSettings
from mcp_servers.jaeger.settings import JaegerSettings
from mcp_servers.kubernetes.settings import KubernetesSettings
from mcp_servers.loki.settings import LokiSettings
from mcp_servers.prometheus.settings import PrometheusSettings
from mcp_servers.runbooks.settings import RunbookSettings

KINDS: dict[str, type[BaseSettings]] = {
    "api": ApiSettings,
    "worker": WorkerSettings,
    "signer": SignerSettings,
    "mcp-kubernetes": KubernetesSettings,
    "mcp-prometheus": PrometheusSettings,
    "mcp-loki": LokiSettings,
    "mcp-jaeger": JaegerSettings,
    "mcp-runbooks": RunbookSettings,
    "mcp-github": GithubSettings,
}
SECRETS = {
    "DATABASE_URL": {"api", "worker", "signer"},
    "WEBHOOK_TOKEN": {"api"},
    "GITHUB_WEBHOOK_SECRETS": {"api"},
    "API_TOKENS": {"api"},
    "SIGNER_TOKEN": {"worker", "signer"},
    "SIGNING_KEY_FILE": {"signer"},
    "ESCALATION_WEBHOOK_SECRET": {"worker"},
    "MCP_KUBERNETES_READ_TOKEN": {"api", "worker", "mcp-kubernetes"},
    "MCP_KUBERNETES_WRITE_TOKEN": {"worker", "mcp-kubernetes"},
    "MCP_PROMETHEUS_READ_TOKEN": {"api", "worker", "mcp-prometheus"},
    "MCP_LOKI_READ_TOKEN": {"api", "worker", "mcp-loki"},
    "MCP_RUNBOOKS_READ_TOKEN": {"api", "worker", "mcp-runbooks"},
    "MCP_GITHUB_READ_TOKEN": {"api", "worker", "mcp-github"},
    "MCP_GITHUB_WRITE_TOKEN": {"worker", "mcp-github"},
    "GITHUB_READ_TOKEN": {"mcp-github"},
    "GITHUB_WRITE_TOKEN": {"mcp-github"},
    "KUBERNETES_READ_TOKEN": {"mcp-kubernetes"},
    "KUBERNETES_WRITE_TOKEN": {"mcp-kubernetes"},
    "SECRETS_KEY": {"api", "worker"},
    "PROMETHEUS_TOKEN": {"mcp-prometheus"},
    "LOKI_TOKEN": {"mcp-loki"},
    "MCP_JAEGER_READ_TOKEN": {"api", "worker", "mcp-jaeger"},
    "JAEGER_TOKEN": {"mcp-jaeger"},
    "NOTION_API_KEY": {"mcp-runbooks"},
    "LLM_API_KEY": {"api", "worker"},
    "OPENAI_API_KEY": {"api", "worker"},
    "GROQ_API_KEY": {"api", "worker"},
    "LANGSMITH_API_KEY": {"api", "worker"},
    "GITHUB_TOKEN": {"api", "worker"},
    "AZURE_OPENAI_API_KEY": {"api", "worker"},
    "ANTHROPIC_API_KEY": {"api", "worker"},
    "GOOGLE_API_KEY": {"api", "worker"},
}
PORTS = {
    "signer": 1,
    "kubernetes": 2,
    "prometheus": 3,
    "loki": 4,
    "jaeger": 5,
    "runbooks": 6,
    "github": 7,
}


def everything() -> dict[str, str]:
    """Return a value, unlike all others, for every variable that any program reads."""
    names = {field.upper() for kind in KINDS.values() for field in kind.model_fields}
    return {name: f"<{name}>" for name in names | set(SECRETS)}


FOUND = {
    program.name: dict(program.environment) for program in programs.programs(everything(), PORTS)
}


def test_every_program_is_started() -> None:
    assert set(FOUND) == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_program_is_told_only_what_its_settings_read(name: str) -> None:
    assert set(FOUND[name]) <= {field.upper() for field in KINDS[name].model_fields}


@pytest.mark.parametrize("name", KINDS)
def test_a_program_is_told_everything_that_a_user_may_set_for_it(name: str) -> None:
    ours = {field.upper() for field in KINDS[name].model_fields}
    # Servers listen on loopback; nobody has a reason to say otherwise on one machine.
    assert ours - set(FOUND[name]) <= {"MCP_HOST"}


@pytest.mark.parametrize(("secret", "knowing"), SECRETS.items())
def test_a_secret_is_known_only_to_those_who_need_it(secret: str, knowing: set[str]) -> None:
    value = f"<{secret}>"

    told = {name for name, environment in FOUND.items() if value in environment.values()}

    assert told == knowing


def test_every_secret_of_every_program_has_an_owner_in_this_table() -> None:
    secret = {
        field.upper()
        for kind in KINDS.values()
        for field, info in kind.model_fields.items()
        if info.annotation is SecretStr
        or (info.annotation is not int and re.search(r"token|secret|api_key", field))
    }
    # How many tokens a model may take is a number, and none of those.
    # Two names inside the servers: their values are those of MCP_<SERVER>_..._TOKEN.
    assert secret - {"MCP_READ_TOKEN", "MCP_WRITE_TOKEN"} <= set(SECRETS)


@pytest.mark.parametrize(
    ("missing", "server"),
    [
        ({"KUBERNETES_API_URL", "MCP_KUBECONFIG", "KUBERNETES_IN_CLUSTER"}, "mcp-kubernetes"),
        ({"PROMETHEUS_URL"}, "mcp-prometheus"),
        ({"LOKI_URL"}, "mcp-loki"),
        ({"JAEGER_URL"}, "mcp-jaeger"),
    ],
)
def test_a_server_is_not_started_for_a_system_that_nobody_named(
    missing: set[str], server: str
) -> None:
    settings = {name: value for name, value in everything().items() if name not in missing}

    found = {program.name for program in programs.programs(settings, PORTS)}

    assert found == set(KINDS) - {server}


def test_without_a_credential_that_can_write_nobody_can_open_a_writing_session() -> None:
    writing = {"KUBERNETES_WRITE_TOKEN", "MCP_KUBECONFIG_WRITE_CONTEXT"}
    settings = {name: value for name, value in everything().items() if name not in writing}

    found = {program.name: program.environment for program in programs.programs(settings, PORTS)}

    assert "MCP_READ_TOKEN" in found["mcp-kubernetes"]
    assert "MCP_WRITE_TOKEN" not in found["mcp-kubernetes"]


def test_the_switch_and_the_server_that_writes_look_at_the_same_file(tmp_path: Path) -> None:
    settings = {**everything(), **lifecycle.own_places(Layout(tmp_path))}

    found = {item.name: item.environment for item in programs.programs(settings, PORTS)}

    file = str(tmp_path / ".run" / "halted")
    assert {
        name: environment["MCP_HALT_FILE"]
        for name, environment in found.items()
        if "MCP_HALT_FILE" in environment
    } == dict.fromkeys(("api", "worker", "mcp-kubernetes", "mcp-github"), file)


def test_servers_listen_where_the_others_look_for_them(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.run.mkdir()
    layout.public_key.write_text("a key")
    ports.choose(layout)

    settings = lifecycle.complete(layout, everything_but_addresses(), 8080)
    found = {item.name: item.environment for item in lifecycle.programs_of(layout, settings)}

    for server in ports.SERVERS:
        listens = found[f"mcp-{server}"]["MCP_PORT"]
        assert found["worker"][f"MCP_{server.upper()}_URL"] == f"http://127.0.0.1:{listens}/mcp"
    assert found["worker"]["SIGNER_URL"] == f"http://127.0.0.1:{found['signer']['SIGNER_PORT']}"


def test_nobody_looks_for_repositories_that_are_not_named() -> None:
    settings = {name: value for name, value in everything().items() if "GITHUB" not in name}

    found = {item.name: item.environment for item in programs.programs(settings, PORTS)}

    assert "mcp-github" not in found
    assert "MCP_GITHUB_URL" not in found["worker"]


def everything_but_addresses() -> dict[str, str]:
    """Return what a user may set, without what follows from the checkout."""
    ours = {f"MCP_{server.upper()}_URL" for server in ports.SERVERS} | {"SIGNER_URL", "SIGNER_PORT"}
    return {name: value for name, value in everything().items() if name not in ours}
