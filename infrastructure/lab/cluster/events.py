"""Events as the cluster's recorders write them: the same news again only raises a count."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

from infrastructure.lab.cluster import clock
from infrastructure.lab.cluster.store import KINDS, AlreadyExists, NotFound, Store

Object = dict[str, Any]

SIMILAR = 9
"""Different messages of one reason about one object; what comes beyond them is told together."""
SIMILAR_WITHIN_S = 600.0
COMBINED = "(combined from similar events): "
REMEMBERED = 4096
"""Different pieces of news a recorder knows again; the least recent is forgotten first."""
_EVENT = KINDS["Event"]


@dataclass(frozen=True)
class News:
    """One thing that happened to one object."""

    type: str
    reason: str
    message: str
    field_path: str | None = None


class Recorder:
    """Writes the events of one component."""

    def __init__(self, store: Store, component: str, host: str | None = None) -> None:
        self._store = store
        self._component = component
        self._host = host
        self._known: OrderedDict[tuple[str, News], tuple[str, str]] = OrderedDict()
        self._similar: OrderedDict[tuple[str, News], tuple[frozenset[str], float]] = OrderedDict()

    def record(self, about: Object, news: News) -> None:
        """Create the event, or count it up when the same was recorded about the object before."""
        told, identity = self._combined(about["metadata"]["uid"], news)
        if identity in self._known and self._count_up(self._known[identity], told.message):
            self._known.move_to_end(identity)
            return
        self._known[identity] = self._create(about, told)
        self._known.move_to_end(identity)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def normal(self, about: Object, reason: str, message: str) -> None:
        """Record something expected."""
        self.record(about, News("Normal", reason, message))

    def warning(self, about: Object, reason: str, message: str) -> None:
        """Record something that went wrong."""
        self.record(about, News("Warning", reason, message))

    def _combined(self, uid: str, news: News) -> tuple[News, tuple[str, News]]:
        """Return what to write and the event it belongs to.

        When one trouble is told again and again in other words, one event comes to stand for the
        rest, with the newest words (client-go's event aggregator). Expected steps keep their own.
        """
        if news.type == "Normal":
            return news, (uid, news)
        kind = (uid, replace(news, message=""))
        now_s = time.monotonic()
        seen, last_s = self._similar.pop(kind, (frozenset(), now_s))
        if now_s - last_s > SIMILAR_WITHIN_S:
            seen = frozenset()
        seen |= {news.message} if len(seen) < SIMILAR else frozenset()
        self._similar[kind] = (seen, now_s)
        while len(self._similar) > REMEMBERED:
            self._similar.popitem(last=False)
        if news.message in seen:
            return news, (uid, news)
        return replace(news, message=COMBINED + news.message), kind

    def _count_up(self, where: tuple[str, str], message: str) -> bool:
        try:
            event = self._store.get(_EVENT, *where)
        except NotFound:  # expired meanwhile: start counting anew
            return False
        event["count"] += 1
        event["message"] = message
        event["lastTimestamp"] = clock.stamp(clock.now())
        self._store.update(_EVENT, event)
        return True

    def _create(self, about: Object, news: News) -> tuple[str, str]:
        at = clock.stamp(clock.now())
        source = {"component": self._component} | ({"host": self._host} if self._host else {})
        event = envelope(about, news) | {
            "source": source,
            "firstTimestamp": at,
            "lastTimestamp": at,
            "count": 1,
            "eventTime": None,
            "reportingComponent": self._component,
            "reportingInstance": self._host or "",
        }
        return publish(self._store, event)


def envelope(about: Object, news: News) -> Object:
    """Return the part of an event that every kind of recorder writes the same way."""
    meta = about["metadata"]
    involved = {
        "kind": about["kind"],
        "namespace": meta.get("namespace", ""),
        "name": meta["name"],
        "uid": meta["uid"],
        "apiVersion": about["apiVersion"],
        "resourceVersion": meta["resourceVersion"],
    }
    if not involved["namespace"]:
        del involved["namespace"]
    if news.field_path:
        involved["fieldPath"] = news.field_path
    return {
        "metadata": {"name": meta["name"], "namespace": meta.get("namespace", "default")},
        "involvedObject": involved,
        "reason": news.reason,
        "message": news.message,
        "type": news.type,
    }


def publish(store: Store, event: Object) -> tuple[str, str]:
    """Store an event under a free name made from its object's; return namespace and name."""
    prefix, moment = event["metadata"]["name"], time.time_ns()
    while True:
        event["metadata"]["name"] = f"{prefix}.{moment:x}"
        try:
            created = store.create(_EVENT, event)
        except AlreadyExists:
            moment += 1
        else:
            return created["metadata"]["namespace"], created["metadata"]["name"]
