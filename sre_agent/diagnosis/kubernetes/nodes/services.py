"""The services that make a node work, as its system tells of them."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.nodes import NodeService

_NOT_INSTALLED = re.compile(r"could not be found|not-found|not loaded|no such", re.IGNORECASE)
KUBELET = frozenset({"kubelet"})
RUNTIMES = frozenset({"containerd", "crio", "cri-o", "docker", "dockerd"})
PROXIES = frozenset({"kube-proxy"})


def of(view: View, names: frozenset[str], node: str = "") -> Iterator[NodeService]:
    """Return the services of these names, of every node or of one; not those that are no service there."""
    for item in view.snapshot.node_services:
        known = item.name.removesuffix(".service") in names and node in {"", item.node}
        if known and not _NOT_INSTALLED.search(item.said):
            yield item


def stopped(view: View, names: frozenset[str], node: str) -> NodeService | None:
    """Return the service of a node that does not run, if one of these was looked at."""
    return next((item for item in of(view, names, node) if not item.is_active), None)


def runs(view: View, names: frozenset[str], node: str) -> bool:
    """Return whether one of these is known to run on a node."""
    return any(item.is_active for item in of(view, names, node))
