"""The state of a deployment that an approval is bound to."""

from mcp_servers.common import canonical
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import count, section, text


def uid_of(deployment: Json) -> str:
    """Return the identity of the object, which a namesake made later does not share."""
    return text(section(deployment, "metadata"), "uid")


def sha256(deployment: Json) -> str:
    """Return the hash of all that a person declared; status and bookkeeping do not count."""
    spec = section(deployment, "spec")
    replicas = spec.get("replicas")
    return canonical.sha256(
        {
            "uid": uid_of(deployment),
            "generation": count(section(deployment, "metadata"), "generation"),
            "replicas": 1 if replicas is None else replicas,
            "paused": bool(spec.get("paused")),
            "template": section(spec, "template"),
        }
    )
