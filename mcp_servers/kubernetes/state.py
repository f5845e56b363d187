"""The state of a deployment that an approval is bound to."""

from mcp_servers.common import canonical
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import count, section, text


def labels_of(live: Json) -> dict[str, str]:
    """Return the labels of an object, which policy may go by; what is no text is none."""
    labels = section(live, "metadata", "labels")
    return {key: value for key, value in labels.items() if isinstance(value, str)}


def uid_of(deployment: Json) -> str:
    """Return the identity of the object, which a namesake made later does not share."""
    return text(section(deployment, "metadata"), "uid")


def stepped(live: Json, after: Json) -> Json:
    """Return an object as a change will leave it: whoever only rehearses may not count the generation."""
    metadata = section(after, "metadata")
    step = 1 if section(live, "spec") != section(after, "spec") else 0
    least = count(section(live, "metadata"), "generation") + step
    return {
        **after,
        "metadata": {**metadata, "generation": max(least, count(metadata, "generation"))},
    }


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
