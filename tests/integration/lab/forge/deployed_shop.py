"""A forge that deploys to a cluster of a test's own, in which the shop runs."""

import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infrastructure.lab import images, ports, world
from infrastructure.lab.boot import declare_shop
from infrastructure.lab.developer import Developer
from infrastructure.lab.kube import Api, Object, collection_path, wait_rolled_out
from infrastructure.lab.labdir import write_json
from infrastructure.lab.shop import wire
from infrastructure.lab.world import ROUTES, Role, World

PATIENCE_S = 40.0


@dataclass(frozen=True)
class Shop:
    """What a test uses of it."""

    place: World
    api: Api
    developer: Developer
    folder: Path

    async def deployment(self, role: Role) -> Object:
        """Return the Deployment of a service."""
        path = collection_path("apps/v1", "Deployment", self.place.namespace)
        return await self.api.get(f"{path}/{self.place.services[role]}")

    async def order(self, role: Role, number: int) -> int:
        """Send an order to a service; return the status of its answer."""
        path = collection_path("v1", "Service", self.place.namespace)
        service = await self.api.get(f"{path}/{self.place.services[role]}")
        body = json.dumps({"order": number}).encode()
        request = wire.Request("POST", ROUTES[role], {}, body)
        return wire.post((service["spec"]["clusterIP"], 8080), request, 5.0).status


@asynccontextmanager
async def running(folder: Path, seed: int) -> AsyncIterator[Shop]:
    """Run cluster, shop and forge until the block ends."""
    place, port = world.make(seed), ports.free_port()
    url = f"http://127.0.0.1:{port}"
    catalogue, cluster, forge = folder / "images.json", folder / "cluster", folder / "forge"
    write_json(catalogue, images.catalogue(place, flags_url=f"{url}/flags"))
    network, claim = ports.claim_network()
    at_cluster = ["--dir", cluster, "--network", network, "--images", catalogue]
    at_forge = ["--dir", forge, "--port", port, "--seed", seed, "--images", catalogue]
    at_forge += ["--cluster", cluster / "cluster.json"]
    with claim, _program("cluster", *at_cluster):
        note = _awaited(cluster / "cluster.json")
        async with Api(note["url"], note["tokens"]["admin"]) as api:
            await declare_shop(api, place)
            with _program("forge", *at_forge):
                names = list(place.services.values())
                await wait_rolled_out(api, place.namespace, names, PATIENCE_S)
                tokens = _awaited(forge / "tokens.json")
                repository = f"{place.team}/{place.namespace}"
                async with Developer(url, repository, tokens["admin"]) as developer:
                    yield Shop(place, api, developer, folder)


@contextmanager
def _program(module: str, *arguments: object) -> Iterator[None]:
    command = [sys.executable, "-m", f"infrastructure.lab.{module}", *map(str, arguments)]
    process = subprocess.Popen(command)
    try:
        yield
        assert process.poll() is None, f"{module} ended with {process.returncode}"
    finally:
        process.terminate()
        process.wait(20)


def _awaited(file: Path) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if file.exists():
            found: dict[str, Any] = json.loads(file.read_text())
            return found
        time.sleep(0.05)
    raise AssertionError(f"{file} was not written")
