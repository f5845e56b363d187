"""The compose file, `.env.example`, the settings and the documentation name the same variables."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings
from stack_file import (
    FILE,
    FORGE_VARIABLES,
    LAB_VARIABLES,
    ROOT,
    asked_of_the_user,
    environment,
    variables_of,
)

from backend.cli.stack import programs
from backend.settings.api import ApiSettings
from backend.settings.common import CommonSettings
from backend.settings.signer import SignerSettings
from backend.settings.worker import WorkerSettings
from mcp_servers.github.settings import GithubSettings
from mcp_servers.jaeger.settings import JaegerSettings
from mcp_servers.kubernetes.settings import KubernetesSettings
from mcp_servers.loki.settings import LokiSettings
from mcp_servers.prometheus.settings import PrometheusSettings
from mcp_servers.runbooks.settings import RunbookSettings

SETTINGS: dict[str, type[BaseSettings]] = {
    "backend": ApiSettings,
    "worker": WorkerSettings,
    "signer": SignerSettings,
    "migrate": CommonSettings,
    "mcp-kubernetes": KubernetesSettings,
    "mcp-prometheus": PrometheusSettings,
    "mcp-loki": LokiSettings,
    "mcp-jaeger": JaegerSettings,
    "mcp-runbooks": RunbookSettings,
    "mcp-github": GithubSettings,
}
"""What reads the variables of each service."""
SENSELESS_HERE = {
    "mcp-github": {
        "GRANT_PUBLIC_KEY": "the key is made in the stack: GRANT_PUBLIC_KEY_FILE names it"
    },
    "mcp-kubernetes": {
        "KUBERNETES_IN_CLUSTER": "a container of compose is no pod",
        "GRANT_PUBLIC_KEY": "the key is made in the stack: GRANT_PUBLIC_KEY_FILE names it",
    },
}
"""Variables that a container cannot use, and why."""
CONTAINERS_ONLY = {
    *("POSTGRES_PASSWORD", "REDIS_PASSWORD"),
    *("LAB_READ_TOKEN", "LAB_WRITE_TOKEN", "LAB_FORGE_SECRET"),
}
"""What only the services that others made, and the lab, are told."""
ELSEWHERE = {"LAB_SEED"}
"""Read by the lab, which docs/lab.md describes; `.env` may set it, `.env.example` need not."""
EXAMPLE = ROOT / ".env.example"
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").glob("*.md")) if page.name != "lab.md"),
]
"""docs/lab.md speaks of the variables of the lab's own programs."""
NO_SETTINGS = {"LEDGER_SIGNING_MODE", "DB_PASSWORD", "BY_HAND", "TOOL_CALLS"}
"""Variables of somebody's workload, in examples; an argument of `make demo`; a mark of a model's conversations."""


def read_by(*kinds: type[BaseSettings]) -> set[str]:
    return {name.upper() for kind in kinds for name in kind.model_fields}


@pytest.mark.parametrize("service", SETTINGS)
def test_each_service_is_given_exactly_what_its_settings_read(service: str) -> None:
    given = set(environment(service))
    wanted = read_by(SETTINGS[service]) - set(SENSELESS_HERE.get(service, {}))

    where = f"services.{service}.environment in {FILE.relative_to(ROOT)}"
    assert wanted - given == set(), f"add these to {where}"
    assert given - wanted == set(), f"nobody reads these: remove them from {where}"


@pytest.mark.parametrize(
    "service",
    ["mcp-kubernetes", "mcp-prometheus", "mcp-loki", "mcp-jaeger", "mcp-runbooks", "mcp-github"],
)
def test_a_hand_is_given_the_same_here_as_without_containers(service: str) -> None:
    every = {name: "x" for kind in SETTINGS.values() for name in read_by(kind)}
    ports = dict.fromkeys(("kubernetes", "prometheus", "loki", "jaeger", "runbooks", "github"), 1)
    alone = next(item for item in programs.programs(every, ports) if item.name == service)

    given_here = set(environment(service)) - {"MCP_HOST"}
    given_there = set(alone.environment) - set(SENSELESS_HERE.get(service, {}))

    assert given_here == given_there


def test_the_file_asks_the_user_for_nothing_that_the_example_does_not_name() -> None:
    unknown = asked_of_the_user() - set(variables_of(EXAMPLE)) - ELSEWHERE

    assert unknown == set(), "name them in .env.example"


def test_the_example_names_nothing_that_nobody_reads() -> None:
    read = read_by(*SETTINGS.values()) | CONTAINERS_ONLY

    assert set(variables_of(EXAMPLE)) - read == set()
    assert asked_of_the_user() >= CONTAINERS_ONLY


@pytest.mark.parametrize("file", [LAB_VARIABLES, FORGE_VARIABLES], ids=lambda file: file.name)
def test_the_lab_is_told_only_what_the_file_takes(file: Path) -> None:
    assert set(variables_of(file)) - {"COMPOSE_PROFILES"} <= asked_of_the_user()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_documentation_names_no_variable_that_does_not_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    written = set(re.findall(r"(?<![\w.$-])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?![\w-])", text))

    known = read_by(*SETTINGS.values()) | CONTAINERS_ONLY | ELSEWHERE | NO_SETTINGS
    assert written - known == set()


def test_the_page_on_containers_names_what_only_containers_need() -> None:
    text = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")

    assert {name for name in CONTAINERS_ONLY if name not in text} == set()
