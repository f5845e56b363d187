"""The allow-list names exactly what the servers offer, asked over the wire."""

import base64
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr
from quick_server import serving

from mcp_servers.common.skin import Program, build_app
from mcp_servers.common.toolset import described
from mcp_servers.github import server as github
from mcp_servers.github.settings import GithubSettings
from mcp_servers.jaeger import server as jaeger
from mcp_servers.jaeger.settings import JaegerSettings
from mcp_servers.kubernetes import server as kubernetes
from mcp_servers.kubernetes.settings import KubernetesSettings
from mcp_servers.loki import server as loki
from mcp_servers.loki.settings import LokiSettings
from mcp_servers.prometheus import server as prometheus
from mcp_servers.prometheus.settings import PrometheusSettings
from mcp_servers.runbooks import server as runbooks
from mcp_servers.runbooks.settings import RunbookSettings
from sre_agent.config import action_kinds, permissions
from sre_agent.domain.actions import Argument
from sre_agent.testing import FakeClock
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

Json = dict[str, Any]
READ, WRITE = "r" * 24, "w" * 24
NOWHERE = "http://127.0.0.1:9"


def _kubernetes() -> Program:
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return kubernetes.build(
        KubernetesSettings(
            mcp_port=0,
            mcp_read_token=SecretStr(READ),
            mcp_write_token=SecretStr(WRITE),
            kubernetes_api_url=NOWHERE,
            kubernetes_read_token=SecretStr("reader"),
            kubernetes_write_token=SecretStr("writer"),
            grant_public_key=base64.b64encode(key).decode(),
        )
    )


def _github() -> Program:
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return github.build(
        GithubSettings(
            mcp_port=0,
            mcp_read_token=SecretStr(READ),
            mcp_write_token=SecretStr(WRITE),
            github_url=NOWHERE,
            github_repositories="acme/store",
            github_read_token=SecretStr("reader"),
            github_write_token=SecretStr("writer"),
            grant_public_key=base64.b64encode(key).decode(),
        )
    )


def _prometheus() -> Program:
    return prometheus.build(
        PrometheusSettings(mcp_port=0, mcp_read_token=SecretStr(READ), prometheus_url=NOWHERE)
    )


def _loki() -> Program:
    return loki.program(LokiSettings(mcp_port=0, mcp_read_token=SecretStr(READ), loki_url=NOWHERE))


def _jaeger() -> Program:
    settings = JaegerSettings(mcp_port=0, mcp_read_token=SecretStr(READ), jaeger_url=NOWHERE)
    return jaeger.program(settings)


def _runbooks() -> Program:
    return runbooks.build(RunbookSettings(mcp_port=0, mcp_read_token=SecretStr(READ)))


SERVERS: dict[str, Callable[[], Program]] = {
    "github": _github,
    "kubernetes": _kubernetes,
    "prometheus": _prometheus,
    "loki": _loki,
    "jaeger": _jaeger,
    "runbooks": _runbooks,
}


@pytest.fixture(params=sorted(SERVERS))
async def offered(request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, dict[str, bool]]]:
    """Yield a server's name and what its sessions list: each tool, and whether it writes."""
    name: str = request.param
    program = SERVERS[name]()
    async with serving(build_app(program, host="127.0.0.1")) as url:
        endpoint = Endpoint(url=f"{url}/mcp", read_token=READ, write_token=program.write_token)
        async with McpToolbox({name: endpoint}, FakeClock()) as toolbox:
            yield name, await toolbox.list_tools(name)


async def test_the_allow_list_names_exactly_what_a_server_offers(
    offered: tuple[str, dict[str, bool]],
) -> None:
    name, tools = offered
    allowed = permissions.load_allow_list()

    reads = {tool for server, tool in allowed.reads if server == name}
    writes = {tool for server, tool in allowed.writes if server == name}
    assert {tool for tool, is_write in tools.items() if not is_write} == reads
    assert {tool for tool, is_write in tools.items() if is_write} == writes


def test_the_catalogue_says_of_each_action_the_arguments_that_its_tool_takes() -> None:
    tools = (*_kubernetes().tools, *_github().tools)
    written = {tool.name: described(tool) for tool in tools if tool.writes}

    for kind in action_kinds.shipped():
        schema = written[kind.tool].parameters
        taken = schema["properties"].keys() - {"dry_run"}
        required = set(schema.get("required", ()))
        assert kind.arguments.keys() == taken, kind.tool
        assert {name for name, item in kind.arguments.items() if item.required} == required
        for name, item in kind.arguments.items():
            assert _said(item) == _taken(schema["properties"][name]), f"{kind.tool}.{name}"


def _said(argument: Argument) -> dict[str, object]:
    return {
        "type": argument.type,
        "minimum": argument.minimum,
        "maximum": argument.maximum,
        "choices": argument.choices,
    }


def _taken(schema: Json) -> dict[str, object]:
    """Return what a tool's schema says of an argument, whether it may be left out or not."""
    options = [item for item in schema.get("anyOf", [schema]) if item.get("type") != "null"]
    (one,) = options
    return {
        "type": one["type"],
        "minimum": one.get("minimum"),
        "maximum": one.get("maximum"),
        "choices": tuple(one.get("enum", ())),
    }
