"""The controller of a pod: what replaces it, and keeps the mark of its deletion."""

import asyncio
from dataclasses import dataclass

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import kinds, marks
from mcp_servers.kubernetes.api import Api, Json
from mcp_servers.kubernetes.fields import annotation, entries, section, text
from mcp_servers.kubernetes.kinds import Kind
from mcp_servers.kubernetes.marks import Mark
from mcp_servers.kubernetes.state import uid_of

KINDS = (kinds.REPLICA_SET, kinds.STATEFUL_SET, kinds.DAEMON_SET)
"""The controllers that replace a pod and that we may mark."""

_MIRROR = "kubernetes.io/config.mirror"


@dataclass(frozen=True, slots=True)
class Controller:
    """A pod's controller as it was read."""

    kind: Kind
    live: Json

    @property
    def name(self) -> str:
        """Return its name."""
        return text(section(self.live, "metadata"), "name")

    @property
    def identity(self) -> dict[str, str]:
        """Return what tells it from every other object."""
        return {"kind": self.kind.name, "name": self.name, "uid": uid_of(self.live)}


async def of(api: Api, pod: Json) -> Controller:
    """Return the controller that would replace a pod.

    Raises:
        RefusedError: `forbidden`: nothing would replace it, or nothing that can be marked.
    """
    metadata = section(pod, "metadata")
    if annotation(pod, _MIRROR):
        raise RefusedError("forbidden", "the pod is run by its node itself, not by the cluster")
    owners = [each for each in entries(metadata, "ownerReferences") if each.get("controller")]
    if not owners:
        raise RefusedError("forbidden", "the pod has no controller: nothing would replace it")
    owner = owners[0]
    kind = next((each for each in KINDS if _is_of(owner, each)), None)
    if kind is None:
        reason = f"pods of a {text(owner, 'kind')} are not deleted here"
        raise RefusedError("forbidden", reason)
    live = await api.get(kind, text(metadata, "namespace"), text(owner, "name"))
    if uid_of(live) != text(owner, "uid"):
        raise RefusedError("forbidden", "the pod's controller is gone: nothing would replace it")
    if section(live, "metadata").get("deletionTimestamp"):
        raise RefusedError("forbidden", "the pod's controller is being deleted")
    return Controller(kind, live)


async def mark_in(api: Api, namespace: str, grant_id: str) -> Mark | None:
    """Return the mark of a grant on any controller of a namespace."""
    for listed in await asyncio.gather(*(_listed(api, kind, namespace) for kind in KINDS)):
        for item in listed:
            if grant_id not in annotation(item, marks.DELETIONS):
                continue  # a spoiled annotation of a stranger is no concern of this grant
            mark = marks.find(marks.read(item, marks.DELETIONS), grant_id)
            if mark is not None:
                return mark
    return None


def _is_of(owner: Json, kind: Kind) -> bool:
    return (text(owner, "apiVersion"), text(owner, "kind")) == ("apps/v1", kind.name)


async def _listed(api: Api, kind: Kind, namespace: str) -> list[Json]:
    try:
        return entries(await api.list(kind, namespace), "items")
    except RefusedError as err:
        if err.code == "not_found":
            return []  # the cluster does not serve this kind at all
        raise
