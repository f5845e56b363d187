"""The tools that say whether a node takes pods."""

from dataclasses import dataclass

from mcp_servers.common.envelope import Answer, RefusedError
from mcp_servers.common.toolset import Call, Tool
from mcp_servers.kubernetes import kinds, manners
from mcp_servers.kubernetes.alterations import Alteration, Inverse
from mcp_servers.kubernetes.api import Api, Json
from mcp_servers.kubernetes.fields import conditions, entries, section, text
from mcp_servers.kubernetes.repairs import DryRun
from mcp_servers.kubernetes.state import uid_of
from mcp_servers.kubernetes.writing import Alter, Hand, Write

NO_NAMESPACE = ""


def is_closed(node: Json) -> bool:
    """Return whether a node takes no pods."""
    return bool(section(node, "spec").get("unschedulable"))


async def require_another(api: Api, node: Json) -> None:
    """Refuse to close the last node that takes pods.

    Raises:
        RefusedError: `forbidden`.
    """
    listed = entries(await api.list(kinds.NODE), "items")
    if not any(_takes_pods(each) for each in listed if uid_of(each) != uid_of(node)):
        raise RefusedError("forbidden", "no other node is ready and takes pods")


def _takes_pods(node: Json) -> bool:
    is_ready = any(each.type == "Ready" and each.status == "True" for each in conditions(node))
    return is_ready and not is_closed(node)


def closing(node: Json) -> Alteration:
    """Return the change by which a node takes no more pods; those that it has stay."""
    is_so = is_closed(node)
    name = text(section(node, "metadata"), "name")
    return Alteration(
        patch={"spec": {"unschedulable": True}},
        detail=f"node {name} takes no more pods; those that it has stay",
        warnings=("it takes no pods already",) if is_so else (),
        inverse=None if is_so else Inverse("uncordon_node"),
    )


def opening(node: Json) -> Alteration:
    """Return the change by which a node takes pods again."""
    is_so = not is_closed(node)
    name = text(section(node, "metadata"), "name")
    return Alteration(
        patch={"spec": {"unschedulable": None}},
        detail=f"node {name} takes pods again",
        warnings=("it takes pods already",) if is_so else (),
        inverse=None if is_so else Inverse("cordon_node"),
    )


@dataclass(frozen=True, slots=True)
class NodeRepairs:
    """Closes and opens nodes, each time with a grant; `dry_run` needs none and changes nothing."""

    hand: Hand

    async def cordon_node(
        self,
        call: Call,
        name: str,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Have a node take no more pods; another has to be ready to take them."""

        async def alter(live: Json, _grant_id: str) -> Alteration:
            await require_another(self.hand.reader, live)
            return closing(live)

        return await self._perform(call, name, alter, dry_run=dry_run)

    async def uncordon_node(
        self,
        call: Call,
        name: str,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Have a node take pods again."""

        async def alter(live: Json, _grant_id: str) -> Alteration:
            return opening(live)

        return await self._perform(call, name, alter, dry_run=dry_run)

    async def _perform(self, call: Call, name: str, alter: Alter, *, dry_run: bool) -> Answer:
        write = Write(call, kinds.NODE, NO_NAMESPACE, name, alter, dry_run, manners.NODE)
        return await self.hand.perform(write)

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a writing session."""
        return tuple(
            Tool(function, writes=True) for function in (self.cordon_node, self.uncordon_node)
        )
