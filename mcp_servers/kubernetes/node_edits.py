"""Whether a node takes pods, and the changes of that."""

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import kinds
from mcp_servers.kubernetes.alterations import Alteration, Inverse
from mcp_servers.kubernetes.api import Api, Json
from mcp_servers.kubernetes.fields import conditions, entries, section, text
from mcp_servers.kubernetes.state import uid_of


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
