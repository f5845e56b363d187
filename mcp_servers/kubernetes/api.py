"""The cluster's API through the official client, its errors translated into ours.

Answers are read as plain JSON and not as the client's models: a state is hashed as the server
wrote it, and fields newer than the client survive.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog
from kubernetes.aio.client import ApiClient

from mcp_servers.common import unpacking
from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.common.unpacking import Unpacking
from mcp_servers.kubernetes.kinds import POD, Kind

Json = dict[str, Any]

REQUEST_TIMEOUT_S = 8.0
"""How long one request may take; a tool makes at most a few, most of them in parallel."""

MERGE_PATCH = "application/merge-patch+json"
FIELD_MANAGER = "sre-agent"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.:]*[a-z0-9])?")
_HTTP_OK = 200
_TOO_MANY = 429
_BUDGET = "disruption budget"
"""What the refusal of an eviction speaks of; any other 429 says that the server is busy."""
_SEVERAL_BUDGETS = "more than one PodDisruptionBudget"
"""Said with status 500, and all the same an answer that asking again does not change."""
_HTTP_CODES = {
    400: "invalid_arguments",
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    422: "invalid_arguments",
}

_log = structlog.get_logger()


def require_name(what: str, name: str) -> str:
    """Return a name that can stand in a path.

    Raises:
        RefusedError: It is not a Kubernetes name.
    """
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise RefusedError("invalid_arguments", f"{what} {name[:100]!r} is not a Kubernetes name")
    return name


@dataclass(frozen=True, slots=True)
class Api:
    """One credential's view of the cluster."""

    client: ApiClient

    async def get(self, kind: Kind, namespace: str, name: str) -> Json:
        """Return one object."""
        if kind.namespaced:
            require_name("namespace", namespace)
        return await self._json("GET", kind.path(namespace, require_name(kind.name, name)), {})

    async def list(
        self,
        kind: Kind,
        namespace: str = "",
        *,
        labels: str = "",
        fields: str = "",
        limit: int | None = None,
    ) -> Json:
        """Return a list object: `items`, and in `metadata` whether there are more."""
        if namespace:
            require_name("namespace", namespace)
        query = {"labelSelector": labels, "fieldSelector": fields, "limit": limit or ""}
        return await self._json("GET", kind.path(namespace), query)

    async def document(self, path: str) -> Json:
        """Return what the API says of itself at a path, such as `/apis`."""
        return await self._json("GET", path, {})

    async def text(self, path: str, query: Mapping[str, object]) -> str:
        """Return a plain-text answer, such as a pod's log."""
        return (await self._request("GET", path, query)).decode(errors="replace")

    async def merge_patch(
        self, kind: Kind, namespace: str, name: str, body: Json, *, dry_run: bool
    ) -> Json:
        """Apply a JSON merge patch and return the object as it is then, or would be.

        Raises:
            RefusedError: Among others `conflict`, when `resourceVersion` in the body is old.
        """
        path = kind.path(namespace, require_name(kind.name, name))
        query = {"fieldManager": FIELD_MANAGER, "dryRun": "All" if dry_run else ""}
        return await self._json("PATCH", path, query, body)

    async def delete(
        self, kind: Kind, namespace: str, name: str, *, only_if: Mapping[str, str], dry_run: bool
    ) -> None:
        """Delete an object, if its `uid` and `resourceVersion` are those of `only_if`.

        Raises:
            RefusedError: Among others `conflict`, when they are not, and `not_found`.
        """
        path = kind.path(namespace, require_name(kind.name, name))
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": dict(only_if)}
        query = {"dryRun": "All" if dry_run else ""}
        await self._json("DELETE", path, query, options)

    async def evict(
        self, namespace: str, name: str, *, only_if: Mapping[str, str], dry_run: bool
    ) -> None:
        """Evict a pod, if it is the one of `only_if` and no disruption budget keeps it.

        Raises:
            RefusedError: Among others `disruption_budget`, `conflict` and `not_found`.
        """
        path = POD.path(require_name("namespace", namespace), require_name("Pod", name), "eviction")
        options: Json = {"preconditions": dict(only_if)}
        if dry_run:
            options["dryRun"] = ["All"]
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name, "namespace": namespace},
            "deleteOptions": options,
        }
        await self._json("POST", path, {"dryRun": "All" if dry_run else ""}, body)

    async def close(self) -> None:
        """Let go of the connections."""
        await self.client.close()

    async def _json(
        self, method: str, path: str, query: Mapping[str, object], body: Json | None = None
    ) -> Json:
        raw = await self._request(method, path, query, body)
        try:
            answer = unpacking.read_json(raw)
        except ValueError as err:
            raise UnreachableError(f"{path} did not answer with JSON") from err
        if not isinstance(answer, dict):
            raise UnreachableError(f"{path} did not answer with an object")
        return answer

    async def _request(
        self, method: str, path: str, query: Mapping[str, object], body: Json | None = None
    ) -> bytes:
        headers = {"Accept": "application/json, */*"}
        if body is not None:
            headers["Content-Type"] = MERGE_PATCH if method == "PATCH" else "application/json"
        request = await self.client.param_serialize(
            method,
            quote(path, safe="/:"),
            query_params=[(key, value) for key, value in query.items() if value != ""],
            header_params=headers,
            body=body,
            auth_settings=["BearerToken"],
        )
        try:
            response = await self.client.call_api(*request, _request_timeout=REQUEST_TIMEOUT_S)
            raw = await _read(response.response)
        except (TimeoutError, aiohttp.ClientError, OSError) as err:
            _log.warning("cluster_unreachable", path=path, error=repr(err))
            raise UnreachableError(f"the cluster did not answer {method} {path}") from err
        if response.status > 299 or response.status < _HTTP_OK:
            raise _failure(response.status, raw, f"{method} {path}")
        return raw


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """Return the body; the client unpacks it by small pieces, and would read without end."""
    bounded = Unpacking("")
    try:
        return b"".join([bounded.take(piece) async for piece in answer.content.iter_any()])
    finally:
        answer.release()


def _failure(status: int, raw: bytes, asked: str) -> ToolFailureError:
    message = _message(raw)
    _log.info("cluster_refused", asked=asked, status=status, message=message)
    if status == _TOO_MANY and _BUDGET in message.casefold():
        return RefusedError("disruption_budget", message)
    if _SEVERAL_BUDGETS in message:
        return RefusedError("forbidden", message)
    code = _HTTP_CODES.get(status)
    if code is None:
        return UnreachableError(f"the cluster answered {asked} with {status}: {message}")
    if status == 401:
        message = "the cluster does not accept this server's credentials"
    return RefusedError(code, message)


def _message(raw: bytes) -> str:
    try:
        status = unpacking.read_json(raw)
    except ValueError:
        return raw.decode(errors="replace")[:300]
    if not isinstance(status, dict):
        return "no message"
    causes = (status.get("details") or {}).get("causes") or ()
    # What an eviction is refused for stands in its cause: which budget needs how many pods.
    why = [str(each.get("message")) for each in causes if each.get("reason") == "DisruptionBudget"]
    return " ".join([str(status.get("message") or "no message"), *why])[:1000]
