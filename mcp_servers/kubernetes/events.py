"""Events of the cluster, in both shapes that clusters write."""

from collections.abc import Iterable

from mcp_servers.common import limits
from mcp_servers.kubernetes.answers import KubeEvent, ObjectRef
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import EPOCH, count, moment, section, text
from mcp_servers.kubernetes.secrets import clean_text

READ_LIMIT = 1000
"""Events asked of the API at once; a busy namespace may hold more."""


def event(item: Json) -> KubeEvent:
    """Return one event; the newer shape keeps times and repeats in other fields."""
    about, series = section(item, "involvedObject"), section(item, "series")
    created = section(item, "metadata").get("creationTimestamp")
    first = item.get("firstTimestamp") or item.get("eventTime") or created
    last = item.get("lastTimestamp") or series.get("lastObservedTime") or first
    return KubeEvent(
        object=ObjectRef(
            kind=text(about, "kind"), namespace=text(about, "namespace"), name=text(about, "name")
        ),
        type=text(item, "type"),
        reason=text(item, "reason"),
        message=limits.cut(clean_text(text(item, "message"))),
        count=count(item, "count") or count(series, "count") or 1,
        first_at=moment(first),
        last_at=moment(last),
    )


def newest_first(items: Iterable[Json]) -> list[KubeEvent]:
    """Return events, the newest first."""
    return sorted(map(event, items), key=lambda each: each.last_at or EPOCH, reverse=True)


def more_left(listed: Json, what: str) -> tuple[str, ...]:
    """Return the sentence for a list the API cut off."""
    metadata = section(listed, "metadata")
    if not metadata.get("continue"):
        return ()
    rest = metadata.get("remainingItemCount")
    return (f"the cluster has {rest if rest is not None else 'more'} further {what}",)
