"""Which pods of a node may be evicted, which stay, and which stand in the way of emptying it."""

from collections.abc import Iterable
from dataclasses import dataclass

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import kinds
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import annotation, entries, section, text

MAX_PODS = 150
"""More pods than that are not evicted with one grant."""

_MIRROR = "kubernetes.io/config.mirror"
_REPLACING = frozenset({kinds.REPLICA_SET.name, kinds.STATEFUL_SET.name})


@dataclass(frozen=True, slots=True)
class Terms:
    """What the caller has declared, and where nothing is ever written."""

    protected: frozenset[str]
    evict_local_data: bool
    leave_uncontrolled: bool


@dataclass(frozen=True, slots=True)
class Load:
    """The pods of a node to evict, in the order of their names, and why others stay, by name."""

    evicted: tuple[Json, ...]
    left: tuple[tuple[str, str], ...]


def sort(pods: Iterable[Json], terms: Terms) -> Load:
    """Return what becomes of each pod of a node.

    Raises:
        RefusedError: `forbidden`: pods stand in the way of which the caller has not declared what
            shall become of them, or there are too many.
    """
    evicted: list[Json] = []
    left: list[tuple[str, str]] = []
    blocking: list[str] = []
    for pod in sorted(pods, key=place_of):
        name = place_of(pod)
        if why := _stays(pod, terms):
            left.append((name, why))
        elif why := _blocks(pod, terms):
            blocking.append(f"{name} {why}")
        else:
            evicted.append(pod)
    if blocking:
        raise RefusedError("forbidden", "; ".join(blocking))
    if len(evicted) > MAX_PODS:
        raise RefusedError("forbidden", f"it has {len(evicted)} pods to evict, {MAX_PODS} at most")
    return Load(tuple(evicted), tuple(left))


def place_of(pod: Json) -> str:
    """Return a pod's namespace and name."""
    metadata = section(pod, "metadata")
    return f"{text(metadata, 'namespace')}/{text(metadata, 'name')}"


def _stays(pod: Json, terms: Terms) -> str:
    """Return why a pod is left alone, or an empty text."""
    owner = _controller(pod)
    is_over = text(section(pod, "status"), "phase") in {"Failed", "Succeeded"}
    is_protected = text(section(pod, "metadata"), "namespace") in terms.protected
    reasons = (
        (is_over, "is over"),
        (bool(section(pod, "metadata").get("deletionTimestamp")), "leaves already"),
        (bool(annotation(pod, _MIRROR)), "is run by the node itself"),
        (owner == kinds.DAEMON_SET.name, "belongs to a DaemonSet"),
        (is_protected, "is in a protected namespace"),
        (owner not in _REPLACING and terms.leave_uncontrolled, _unreplaced(owner)),
    )
    return next((why for holds, why in reasons if holds), "")


def _blocks(pod: Json, terms: Terms) -> str:
    owner = _controller(pod)
    if owner not in _REPLACING:
        return f"{_unreplaced(owner)}: declare leave_uncontrolled to leave such pods there"
    is_local = any("emptyDir" in each for each in entries(pod, "spec", "volumes"))
    if is_local and not terms.evict_local_data:
        return "keeps data in an emptyDir: declare evict_local_data to lose such data"
    return ""


def _unreplaced(owner: str) -> str:
    if not owner:
        return "has no controller that would replace it"
    return f"is of a {owner}, whose pods are not evicted here"


def _controller(pod: Json) -> str:
    owners = entries(pod, "metadata", "ownerReferences")
    return next((text(each, "kind") for each in owners if each.get("controller")), "")
