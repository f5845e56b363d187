"""What two readings tell of the same cluster, as one picture."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.snapshot import Snapshot

_ADDED = frozenset({"logs", "connectivity", "calls", "node_services", "webhooks"})
"""What is told by no object of its own; both tellings are kept."""


def join(first: Snapshot, second: Snapshot) -> Snapshot:
    """Return what both tell; of an object in both, the first one's telling counts."""
    values: dict[str, Any] = {}
    for field in fields(Snapshot):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if field.name == "events":
            values["events"] = _events((*one, *other))
        elif field.name in _ADDED:
            values[field.name] = (
                tuple(dict.fromkeys((*one, *other))) if one and other else one or other
            )
        elif isinstance(one, tuple) and field.name != "namespaces":
            values[field.name] = _by_name((*other, *one))
    return replace(
        first,
        taken_at=max(first.taken_at, second.taken_at),
        namespaces=tuple(sorted({*first.namespaces, *second.namespaces})),
        complete=first.complete | second.complete,
        sources={**second.sources, **first.sources},
        **values,
    )


def _by_name(items: Iterable[Any]) -> tuple[Any, ...]:
    latest = {item.meta.ref: item for item in items}
    return tuple(latest[ref] for ref in sorted(latest, key=lambda ref: (ref.namespace, ref.name)))


def _events(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return each event once, told by whoever counted it oftenest."""
    found: dict[tuple[str, str, str], Event] = {}
    for event in events:
        key = (str(event.ref), event.reason, event.message)
        known = found.get(key)
        if known is None or event.count > known.count:
            found[key] = event
    return tuple(found.values())
