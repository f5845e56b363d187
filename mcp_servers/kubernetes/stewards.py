"""Who else looks after an object, and may undo what is written to it."""

from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import entries, section, text

_MANAGED_BY = "app.kubernetes.io/managed-by"
_KEYS = {
    "argocd.argoproj.io/instance": "Argo CD",
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux",
    "helm.toolkit.fluxcd.io/name": "Flux",
}
"""Labels and annotations by which a tool that keeps objects as a repository has them says so."""


def warnings(item: Json) -> tuple[str, ...]:
    """Return a warning for each other keeper of an object, its owner first."""
    metadata = section(item, "metadata")
    owners = [
        f"{text(each, 'kind')} {text(each, 'name')}"
        for each in entries(metadata, "ownerReferences")
        if each.get("controller")
    ]
    labels, annotations = section(metadata, "labels"), section(metadata, "annotations")
    keepers = {keeper for key, keeper in _KEYS.items() if key in labels or key in annotations}
    undoing = (*owners, *sorted(keepers))
    found = tuple(f"{each} keeps this object and may undo the change" for each in undoing)
    if labels.get(_MANAGED_BY) == "Helm":
        found = (*found, "Helm manages this object: its next release undoes the change")
    return found
