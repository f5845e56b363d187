"""Speak to the lab's own Kubernetes API, as far as the lab itself needs it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Self

import httpx

REQUEST_TIMEOUT_S = 10.0
WATCH_TIMEOUT_S = 300

Object = dict[str, Any]

PLURALS = {
    "Namespace": "namespaces",
    "Service": "services",
    "Deployment": "deployments",
    "Pod": "pods",
    "Endpoints": "endpoints",
    "ResourceQuota": "resourcequotas",
}


class ApiError(Exception):
    """The API server refused a request or could not be reached."""


def collection_path(api_version: str, kind: str, namespace: str | None) -> str:
    """Return the path of a collection: `/apis/apps/v1/namespaces/shop/deployments`."""
    root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    scope = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{scope}/{PLURALS[kind]}"


class Api:
    """A client of one API server."""

    def __init__(self, url: str, token: str) -> None:
        """Take the server's URL and a bearer token."""
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {token}"},
            timeout=REQUEST_TIMEOUT_S,
            trust_env=False,  # a proxy of the shell has no business on the loopback
        )

    async def __aenter__(self) -> Self:
        """Use the client as a context manager."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def get(self, path: str) -> Object:
        """Return an object or a list."""
        return await self._request("GET", path)

    async def merge_patch(self, path: str, patch: Object) -> Object:
        """Apply a JSON merge patch and return the new object."""
        return await self._request("PATCH", path, patch, "application/merge-patch+json")

    async def delete(self, path: str) -> None:
        """Delete an object."""
        await self._request("DELETE", path)

    async def declare(self, manifest: Object) -> Object:
        """Create an object, or bring one that is there back to its manifest."""
        metadata = manifest["metadata"]
        namespace = metadata.get("namespace")
        path = collection_path(manifest["apiVersion"], manifest["kind"], namespace)
        try:
            return await self._request("POST", path, manifest)
        except ApiError as error:
            if "HTTP 409" not in str(error):
                raise
        patch = {key: value for key, value in manifest.items() if key not in ("apiVersion", "kind")}
        return await self.merge_patch(f"{path}/{metadata['name']}", patch)

    async def changes(self, path: str) -> AsyncIterator[Object]:
        """Follow the changes of a collection from now on; ends when the server says so."""
        timeout = httpx.Timeout(REQUEST_TIMEOUT_S, read=WATCH_TIMEOUT_S + REQUEST_TIMEOUT_S)
        query = {"watch": "true", "timeoutSeconds": str(WATCH_TIMEOUT_S)}
        try:
            async with self._client.stream("GET", path, params=query, timeout=timeout) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise ApiError(f"watch {path}: HTTP {answer.status_code}")
                async for line in answer.aiter_lines():
                    yield json.loads(line)
        except httpx.HTTPError as error:
            raise ApiError(f"watch {path}: {type(error).__name__}: {error}") from error

    async def _request(
        self, method: str, path: str, body: Object | None = None, media: str = "application/json"
    ) -> Object:
        try:
            answer = await self._client.request(
                method,
                path,
                content=None if body is None else json.dumps(body),
                headers=None if body is None else {"content-type": media},
            )
        except httpx.HTTPError as error:
            raise ApiError(f"{method} {path}: {type(error).__name__}: {error}") from error
        if answer.is_error:
            raise ApiError(f"{method} {path}: HTTP {answer.status_code}: {answer.text[:500]}")
        document: Object = answer.json()
        return document


def is_rolled_out(deployment: Object) -> bool:
    """Say whether every pod of a deployment is of its newest template and available."""
    metadata, spec = deployment["metadata"], deployment["spec"]
    status = deployment.get("status", {})
    wanted = spec.get("replicas", 1)
    counts = [status.get(f"{name}Replicas", 0) for name in ("updated", "available", "ready")]
    return (
        status.get("observedGeneration", 0) >= metadata.get("generation", 1)
        and status.get("replicas", 0) == wanted
        and all(count == wanted for count in counts)
    )


async def wait_rolled_out(api: Api, namespace: str, names: list[str], timeout_s: float) -> None:
    """Wait until deployments are rolled out.

    Raises:
        ApiError: naming those that are not, when the time is over.
    """
    path = collection_path("apps/v1", "Deployment", namespace)
    deadline_s = asyncio.get_running_loop().time() + timeout_s
    while True:
        listed = {item["metadata"]["name"]: item for item in (await api.get(path))["items"]}
        waiting = [name for name in names if name not in listed or not is_rolled_out(listed[name])]
        if not waiting:
            return
        if asyncio.get_running_loop().time() > deadline_s:
            raise ApiError(f"not rolled out after {timeout_s:g} s: {', '.join(waiting)}")
        await asyncio.sleep(0.1)
