"""Reading fields of raw API objects, which may be absent or null."""

from datetime import UTC, datetime
from typing import Any

from mcp_servers.kubernetes.answers import Condition, ObjectRef
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.secrets import clean_text

EPOCH = datetime.fromtimestamp(0, UTC)


def section(value: Json | None, *path: str) -> Json:
    """Return the object at a path, or an empty one."""
    for key in path:
        value = (value or {}).get(key)
    return value or {}


def entries(value: Json | None, *path: str) -> list[Any]:
    """Return the list at a path, or an empty one."""
    return list(section(value, *path[:-1]).get(path[-1]) or [])


def text(value: Json, key: str) -> str:
    """Return a text field, empty when absent."""
    return str(value.get(key) or "")


def count(value: Json, key: str) -> int:
    """Return an integer field, 0 when absent."""
    return int(value.get(key) or 0)


def moment(stamp: object) -> datetime | None:
    """Return an RFC 3339 time, or None when there is none."""
    return (
        datetime.fromisoformat(stamp).astimezone(UTC) if isinstance(stamp, str) and stamp else None
    )


def created_at(item: Json) -> datetime:
    """Return when an object was created."""
    return moment(section(item, "metadata").get("creationTimestamp")) or EPOCH


def annotation(item: Json, key: str) -> str:
    """Return an annotation, empty when absent."""
    return text(section(item, "metadata", "annotations"), key)


def reference(kind: str, item: Json) -> ObjectRef:
    """Return the name of an object of a known kind."""
    metadata = section(item, "metadata")
    return ObjectRef(kind=kind, namespace=text(metadata, "namespace"), name=text(metadata, "name"))


def is_owned_by(item: Json, uid: str) -> bool:
    """Return whether an object's controller is the one with that uid."""
    return any(owner.get("uid") == uid for owner in entries(item, "metadata", "ownerReferences"))


def conditions(item: Json) -> tuple[Condition, ...]:
    """Return `status.conditions`."""
    return tuple(
        Condition(
            type=text(condition, "type"),
            status=text(condition, "status"),
            reason=text(condition, "reason"),
            message=clean_text(text(condition, "message")),
            last_transition_at=moment(condition.get("lastTransitionTime")),
        )
        for condition in entries(item, "status", "conditions")
    )
