"""Whether every program would take its settings, asked before any of them is started."""

import subprocess
from collections.abc import Iterator, Mapping

from backend.cli.stack import programs
from backend.cli.stack.programs import Program
from backend.settings.api import ApiSettings
from backend.settings.common import SettingsError
from backend.settings.signer import SignerSettings
from backend.settings.worker import WorkerSettings

_KINDS = (ApiSettings, WorkerSettings, SignerSettings)
_HANDS = {
    "mcp-kubernetes": "KubernetesSettings",
    "mcp-prometheus": "PrometheusSettings",
    "mcp-loki": "LokiSettings",
    "mcp-jaeger": "JaegerSettings",
    "mcp-runbooks": "RunbookSettings",
    "mcp-github": "GithubSettings",
}
"""The MCP servers' settings; they are another program's, so that program is asked."""
_ASK = """\
from mcp_servers.common.settings import load
from mcp_servers.{module}.settings import {kind}
load({kind})
"""
_PATIENCE_S = 30


def check(settings: Mapping[str, str], ports: Mapping[str, int]) -> None:
    """Let each program's own settings look at what the program would be given.

    Raises:
        SettingsError: Some refuse; all that they say is in the message, each fault once.
    """
    told = list(_backend(settings)) or list(_servers(settings, ports))
    if told:
        raise SettingsError("\n".join(dict.fromkeys(told)))


def _backend(settings: Mapping[str, str]) -> Iterator[str]:
    for kind in _KINDS:
        try:
            kind.of(settings)
        except SettingsError as error:
            yield from str(error).splitlines()


def _servers(settings: Mapping[str, str], ports: Mapping[str, int]) -> Iterator[str]:
    for program in programs.programs(settings, ports):
        if program.name in _HANDS:
            yield from _refusal(program)


def _refusal(program: Program) -> list[str]:
    module = program.name.removeprefix("mcp-")
    ask = _ASK.format(module=module, kind=_HANDS[program.name])
    done = subprocess.run(  # noqa: S603 - our own program
        [program.command[0], "-c", ask],
        env=dict(program.environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )
    return done.stderr.strip().splitlines() if done.returncode != 0 else []
