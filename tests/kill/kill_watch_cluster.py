"""Watch what the Kubernetes server asks of the cluster, and tells it to do."""

from typing import Any

import aiohttp
from kill_borders import Borders


def watch(borders: Borders) -> None:
    """Watch what the Kubernetes server asks of the cluster."""
    request = aiohttp.ClientSession._request

    async def watched(self: Any, method: str, url: Any, **options: Any) -> Any:
        is_dry = "dryRun" in str(url) or "dryRun" in str(options.get("params"))
        name = "cluster-read" if method == "GET" else f"cluster-{'rehearse' if is_dry else 'write'}"
        with borders.around(name):
            return await request(self, method, url, **options)

    aiohttp.ClientSession._request = watched  # type: ignore[assignment, method-assign]
