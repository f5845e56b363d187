"""Clients of the cluster, one per credential."""

import asyncio
from pathlib import Path

from aiohttp import (
    ClientConnectionError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
)
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.config import ConfigException, load_incluster_config, load_kube_config

from mcp_servers.common import unpacking
from mcp_servers.kubernetes.api import Api
from mcp_servers.kubernetes.settings import KubernetesSettings

MAX_CONNECTIONS = 20

_LEADING_ELSEWHERE = frozenset({301, 302, 303, 307, 308})


def reading(settings: KubernetesSettings) -> Api:
    """Return the client that can only read.

    Raises:
        SystemExit: The kubeconfig or the pod's service account cannot be used.
    """
    if settings.mcp_kubeconfig is not None:
        found = _from_file(settings.mcp_kubeconfig, settings.mcp_kubeconfig_read_context)
    elif settings.kubernetes_in_cluster:
        found = _in_cluster()
    else:
        token = settings.kubernetes_read_token
        found = _from_url(settings, token.get_secret_value() if token else "")
    return _api(found)


def writing(settings: KubernetesSettings) -> Api:
    """Return the client that writes and does nothing else.

    Raises:
        SystemExit: The kubeconfig or the pod's service account cannot be used.
    """
    token = settings.kubernetes_write_token
    secret = token.get_secret_value() if token else ""
    if settings.mcp_kubeconfig is not None:
        found = _from_file(settings.mcp_kubeconfig, settings.mcp_kubeconfig_write_context)
    elif settings.kubernetes_in_cluster:
        inside = _in_cluster()
        found = Configuration(host=inside.host, ssl_ca_cert=inside.ssl_ca_cert)
        _use_token(found, secret)
    else:
        found = _from_url(settings, secret)
    return _api(found)


def _api(configuration: Configuration) -> Api:
    configuration.retries = 1
    configuration.connection_pool_maxsize = MAX_CONNECTIONS
    # Proxies of the shell are as little meant for the cluster as its kubeconfig is.
    configuration.client_session_kwargs = {"trust_env": False, "middlewares": (_stay,)}
    return Api(ApiClient(configuration))


async def _stay(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Let nobody lead elsewhere: a cluster's API never does, and who does is after the token."""
    request.headers["Accept-Encoding"] = unpacking.ENCODINGS
    answer = await handler(request)
    if answer.status in _LEADING_ELSEWHERE:
        answer.close()
        raise ClientConnectionError(f"it leads elsewhere ({answer.status})")
    return answer


def _from_url(settings: KubernetesSettings, token: str) -> Configuration:
    authority = settings.kubernetes_ca_file
    found = Configuration(
        host=(settings.kubernetes_api_url or "").rstrip("/"),
        ssl_ca_cert=str(authority) if authority else None,
    )
    _use_token(found, token)
    return found


def _use_token(configuration: Configuration, token: str) -> None:
    configuration.api_key = {"BearerToken": token}
    configuration.api_key_prefix = {"BearerToken": "Bearer"}


def _from_file(path: Path, context: str | None) -> Configuration:
    found = Configuration()
    try:
        asyncio.run(
            load_kube_config(
                config_file=str(path),
                context=context,
                client_configuration=found,
                persist_config=False,
            )
        )
    except (ConfigException, OSError) as err:
        raise SystemExit(f"MCP_KUBECONFIG {path} cannot be used: {err}") from err
    return found


def _in_cluster() -> Configuration:
    found = Configuration()
    try:
        load_incluster_config(client_configuration=found)
    except ConfigException as err:
        raise SystemExit(f"KUBERNETES_IN_CLUSTER: {err}") from err
    return found
