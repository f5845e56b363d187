"""The GitHub server, put together from its settings."""

from collections.abc import Mapping
from dataclasses import replace

from github.Auth import Auth, Token
from pydantic import SecretStr

from mcp_servers.common.clock import utc_now
from mcp_servers.common.grants import Verifier
from mcp_servers.common.skin import Program
from mcp_servers.common.toolset import Tool
from mcp_servers.github import app_auth
from mcp_servers.github.api import Api
from mcp_servers.github.app_auth import InstallationToken, app_asker
from mcp_servers.github.commit_tools import CommitTools
from mcp_servers.github.connection import Asker
from mcp_servers.github.delivery_tools import DeliveryTools
from mcp_servers.github.file_tools import FileTools
from mcp_servers.github.repairs import Repairs
from mcp_servers.github.repository import Repositories
from mcp_servers.github.settings import GithubSettings
from mcp_servers.github.writing import Hand


def build(settings: GithubSettings) -> Program:
    """Return the server; nothing is connected yet."""
    reader = _api(settings, settings.github_read_token, app_auth.READING)
    clients = [reader]
    repositories = Repositories(reader, settings.repositories)
    repairs: tuple[Tool, ...] = ()
    write_token = settings.mcp_write_token
    if write_token is not None:
        writer = _api(settings, settings.github_write_token, app_auth.WRITING)
        clients.append(writer)
        audience = f"mcp:github:{settings.mcp_cluster_id}"
        hand = Hand(
            reader=reader,
            writer=writer,
            allowed=settings.repositories,
            verifier=Verifier(audience=audience, keys=settings.grant_keys),
            halt=settings.mcp_halt_file,
            is_kill_switch_set=settings.kill_switch,
        )
        repairs = tuple(replace(tool, audience=audience) for tool in Repairs(hand).tools())

    async def ready() -> None:
        await repositories.of(settings.repositories[0]).about()

    async def close() -> None:
        for client in clients:
            await client.close()

    return Program(
        name="github",
        tools=(
            *CommitTools(repositories).tools(),
            *DeliveryTools(repositories).tools(),
            *FileTools(repositories).tools(),
            *repairs,
        ),
        read_token=settings.mcp_read_token.get_secret_value(),
        write_token=write_token.get_secret_value() if write_token else None,
        ready=ready,
        close=close,
    )


def _api(settings: GithubSettings, token: SecretStr | None, permissions: Mapping[str, str]) -> Api:
    ca_file = str(settings.github_ca_file) if settings.github_ca_file else None
    url = settings.github_url.rstrip("/")
    auth: Auth
    if settings.github_app_id is None:
        auth = Token(token.get_secret_value() if token else "")
    else:
        app = app_asker(url, settings.github_app_id, settings.github_app_private_key, ca_file)
        auth = InstallationToken(
            app,
            settings.github_app_installation_id,
            f"/repos/{settings.repositories[0]}/installation",
            permissions,
            utc_now,
        )
    return Api(Asker(url, auth, ca_file))
