"""Bring a lab up: every part started in order, and nothing called ready that is not."""

from dataclasses import dataclass
from typing import Any

import httpx

from infrastructure.lab import manifests, parts, waiting
from infrastructure.lab.family import Family
from infrastructure.lab.kube import Api, collection_path, wait_rolled_out
from infrastructure.lab.labdir import LabDir, read_json
from infrastructure.lab.observe import alertmanager, discovery
from infrastructure.lab.observe.tools import Tools
from infrastructure.lab.world import Role, World

PATIENCE_S = 60.0
"""For each step: a slow machine is slow, a broken lab does not get better."""

SCRAPED = 'count(up{job!~"cadvisor|kubelet|kube-state-metrics"} == 1)'


@dataclass(frozen=True)
class Boot:
    """What every step of the start needs."""

    lab: LabDir
    place: World
    tools: Tools
    webhook: alertmanager.Webhook | None
    network: str
    family: Family
    forge_hook: parts.ForgeHook | None = None

    async def bring_up(self) -> dict[str, Any]:
        """Start everything, wait until it serves, and return the record of the lab."""
        loki, loki_url = parts.logs(self.lab)
        jaeger, jaeger_url = parts.traces()
        forge, forge_url = parts.forge(self.lab, self.place, self.forge_hook)
        alerting, alerting_address = parts.alerting(self.lab, self.tools, self.webhook)
        cluster_program = parts.cluster(self.lab, self.place, self.network, jaeger_url, forge_url)
        await self.family.start(cluster_program)
        await self.family.start(alerting)
        cluster = await self._cluster_record()
        await self.family.start(loki)
        await self.family.start(jaeger)
        await self.family.start(forge)
        monitoring_url = await self._start_monitoring(cluster, alerting_address)
        front_url = await self._open_shop(cluster)
        urls = {
            "prometheus": monitoring_url,
            "alertmanager": f"http://{alerting_address}",
            "loki": loki_url,
            "jaeger": jaeger_url,
            "forge": forge_url,
            "frontend": front_url,
        }
        await self._wait_ready(urls)
        return {
            "seed": self.place.seed,
            "namespace": self.place.namespace,
            "kubernetes": {name: cluster[name] for name in ("url", "tokens", "audit_log")},
            **{name: {"url": url} for name, url in urls.items()},
            "forge": {"url": forge_url, **self._forge_record()},
            "world": {str(role): name for role, name in self.place.services.items()},
            "network": self.network,
        }

    async def _cluster_record(self) -> dict[str, Any]:
        """Wait until the cluster says where it is."""
        pid = self.family.pid("cluster")
        record: dict[str, Any] = {}

        async def is_written() -> bool:
            record.update(read_json(self.lab.cluster / "cluster.json") or {})
            return record.get("pid") == pid

        await self._until(is_written, "the cluster has not started")
        return record

    async def _start_monitoring(self, cluster: dict[str, Any], alerting_address: str) -> str:
        nodes = parts.node_addresses(cluster)
        program, address = parts.monitoring(
            self.lab, self.tools, self.place, nodes, alerting_address
        )
        await self.family.start(program)
        return f"http://{address}"

    async def _open_shop(self, cluster: dict[str, Any]) -> str:
        """Declare the shop, wait for its pods, let the customers in; return where they enter."""
        async with Api(cluster["url"], cluster["tokens"]["admin"]) as api:
            await declare_shop(api, self.place)
            names = list(self.place.services.values())
            await wait_rolled_out(api, self.place.namespace, names, PATIENCE_S)
            targets = parts.targets_file(self.lab)
            await discovery.write_once(api, self.place.namespace, targets)
            front_url = await _front_url(api, self.place)
        await self.family.start(parts.customers(front_url))
        return front_url

    async def _wait_ready(self, urls: dict[str, str]) -> None:
        pods = sum(manifests.replicas(role) for role in Role)
        probes = {
            "prometheus": f"{urls['prometheus']}/-/ready",
            "alertmanager": f"{urls['alertmanager']}/-/ready",
            "loki": f"{urls['loki']}/ready",
            "jaeger": f"{urls['jaeger']}/api/services",
            "forge": f"{urls['forge']}/ready",
            "frontend": urls["frontend"],
        }
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
            for name, url in probes.items():

                async def is_ready(url: str = url) -> bool:
                    return await waiting.answers(client, url)

                await self._until(is_ready, f"{name} is not ready")

            async def is_watched() -> bool:
                return await waiting.sample(client, urls["prometheus"], SCRAPED) >= pods

            await self._until(is_watched, "Prometheus does not see every pod")

    def _forge_record(self) -> dict[str, Any]:
        """Return which repository the forge has, and the tokens it takes."""
        return {
            "repository": f"{self.place.team}/{self.place.namespace}",
            "tokens": read_json(self.lab.forge / "tokens.json"),
        }

    async def _until(self, condition: Any, what: str) -> None:
        await waiting.until(condition, what=what, patience_s=PATIENCE_S, ended=self.family.ended)


async def declare_shop(api: Api, place: World) -> None:
    """Put the declared state of the shop into the cluster, or back into it."""
    await api.declare(manifests.namespace(place))
    for manifest in [*manifests.services(place), *manifests.deployments(place)]:
        await api.declare(manifest)


async def _front_url(api: Api, place: World) -> str:
    path = collection_path("v1", "Service", place.namespace)
    front = await api.get(f"{path}/{place.services[Role.FRONTEND]}")
    return f"http://{front['spec']['clusterIP']}:{manifests.PORT}"
