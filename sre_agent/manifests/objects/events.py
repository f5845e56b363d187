"""Events, of the old API and of the new."""

from datetime import datetime

from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.objects.fields import Json, count, moment, section, text
from sre_agent.manifests.objects.meta import CLUSTER_WIDE


def event(item: Json, source: EvidenceId) -> Event:
    """Return an event; one that tells no times was last seen when it was made."""
    about = section(item, "involvedObject") or section(item, "regarding")
    series = section(item, "series")
    first = _first(item, "firstTimestamp", "deprecatedFirstTimestamp", "eventTime")
    last = _first(item, "lastTimestamp", "deprecatedLastTimestamp")
    made = moment(section(item, "metadata").get("creationTimestamp"))
    return Event(
        ref=_reference(about, text(section(item, "metadata"), "namespace")),
        source=source,
        type=text(item, "type"),
        reason=text(item, "reason"),
        message=text(item, "message") or text(item, "note"),
        count=max(1, count(item, "count"), count(item, "deprecatedCount"), count(series, "count")),
        first_at=first or made,
        last_at=moment(series.get("lastObservedTime")) or last or first or made,
        component=text(section(item, "source"), "component")
        or text(item, "reportingComponent")
        or text(item, "reportingController")
        or text(section(item, "deprecatedSource"), "component"),
    )


def _first(item: Json, *fields: str) -> datetime | None:
    return next((found for field in fields if (found := moment(item.get(field)))), None)


def _reference(about: Json, namespace: str) -> ObjectRef:
    kind = text(about, "kind")
    return ObjectRef(
        kind=kind,
        namespace="" if kind in CLUSTER_WIDE else text(about, "namespace") or namespace,
        name=text(about, "name"),
    )
