"""The Kubernetes server, put together from its settings."""

from dataclasses import replace

from mcp_servers.common.grants import Verifier
from mcp_servers.common.skin import Program
from mcp_servers.common.toolset import Tool
from mcp_servers.kubernetes import connection
from mcp_servers.kubernetes.autoscaler_repairs import AutoscalerRepairs
from mcp_servers.kubernetes.container_repairs import ContainerRepairs
from mcp_servers.kubernetes.draining import Draining
from mcp_servers.kubernetes.eviction import Evicting
from mcp_servers.kubernetes.node_repairs import NodeRepairs
from mcp_servers.kubernetes.pod_repairs import PodRepairs
from mcp_servers.kubernetes.probe_repairs import ProbeRepairs
from mcp_servers.kubernetes.reading import Reading
from mcp_servers.kubernetes.removal import Removal
from mcp_servers.kubernetes.repairs import Repairs
from mcp_servers.kubernetes.service_repairs import ServiceRepairs
from mcp_servers.kubernetes.settings import KubernetesSettings
from mcp_servers.kubernetes.writing import Hand


def build(settings: KubernetesSettings) -> Program:
    """Return the server; nothing is connected yet."""
    reader = connection.reading(settings)
    reading = Reading(reader)
    clients = [reader]
    repairs: tuple[Tool, ...] = ()
    write_token = settings.mcp_write_token
    if write_token is not None:
        writer = connection.writing(settings)
        clients.append(writer)
        audience = f"mcp:kubernetes:{settings.mcp_cluster_id}"
        hand = Hand(
            reader=reader,
            writer=writer,
            verifier=Verifier(audience=audience, keys=settings.grant_keys),
            protected=settings.protected_namespaces,
            halt=settings.mcp_halt_file,
            is_kill_switch_set=settings.kill_switch,
        )
        evicting = Evicting(reader, writer, time_s=settings.mcp_drain_s)
        found = (
            *Repairs(hand).tools(),
            *ContainerRepairs(hand).tools(),
            *ProbeRepairs(hand).tools(),
            *ServiceRepairs(hand).tools(),
            *AutoscalerRepairs(hand).tools(),
            *NodeRepairs(hand, Draining(hand, evicting)).tools(),
            *PodRepairs(Removal(hand)).tools(),
        )
        repairs = tuple(replace(tool, audience=audience) for tool in found)

    async def close() -> None:
        for client in clients:
            await client.close()

    return Program(
        name="kubernetes",
        tools=(*reading.tools(), *repairs),
        read_token=settings.mcp_read_token.get_secret_value(),
        write_token=write_token.get_secret_value() if write_token else None,
        ready=reading.ready,
        close=close,
    )
