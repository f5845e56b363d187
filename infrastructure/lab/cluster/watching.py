"""Watch: the stream of changes, one JSON line each, that matches a request's selectors."""

from __future__ import annotations

import json
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import Any

from infrastructure.lab.cluster import errors, reading, rendering, views
from infrastructure.lab.cluster.calls import Call
from infrastructure.lab.cluster.changes import Change, Gone, Subscription
from infrastructure.lab.cluster.store import Store

Object = dict[str, Any]

BOOKMARK_EVERY_S = 60.0
_TIMEOUT_RANGE_S = (1800, 3600)
"""How long a watch lasts whose client names no timeout."""
_INITIAL_END = "k8s.io/initial-events-end"


def stream(store: Store, call: Call, now: Callable[[], datetime]) -> AsyncIterator[bytes]:
    """Return the lines of a watch; ends at `timeoutSeconds` or when the client leaves.

    Raises:
        ApiError: 400 for a selector or version that cannot be read.
    """
    version = call.number("resourceVersion")
    fits = reading.predicate(call)
    timeout_s = call.number("timeoutSeconds") or random.uniform(*_TIMEOUT_RANGE_S)
    return _Watch(store, call, fits, now).lines(version, float(timeout_s))


class _Watch:
    def __init__(
        self,
        store: Store,
        call: Call,
        fits: Callable[[Object], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._call = call
        self._fits = fits
        self._now = now
        self._has_sent_columns = False

    async def lines(self, version: int | None, timeout_s: float) -> AsyncIterator[bytes]:
        subscription = self._store.subscribe()
        try:
            for line in self._beginning(version):
                yield line
            async for line in self._following(subscription, time.monotonic() + timeout_s):
                yield line
        except Gone as error:
            yield _encode("ERROR", errors.expired(str(error)).body)
        finally:
            subscription.close()

    def _beginning(self, version: int | None) -> Iterator[bytes]:
        wants_initial = self._call.flag("sendInitialEvents")
        if not version or wants_initial:
            for obj in reading.selected(self._store, self._call):
                yield self._line("ADDED", obj)
            if wants_initial:
                yield self._bookmark({"annotations": {_INITIAL_END: "true"}})
            return
        if version > self._store.resource_version:
            raise Gone(f"too old resource version: {version} (the cluster was started anew)")
        for change in self._store.since(version):
            yield from self._of(change)

    async def _following(self, subscription: Subscription, end: float) -> AsyncIterator[bytes]:
        wants_bookmarks = self._call.flag("allowWatchBookmarks")
        while (left_s := end - time.monotonic()) > 0:
            wait_s = min(left_s, BOOKMARK_EVERY_S) if wants_bookmarks else left_s
            change = await subscription.next_within(wait_s)
            if change is not None:
                for line in self._of(change):
                    yield line
            elif wants_bookmarks:
                yield self._bookmark({})

    def _of(self, change: Change) -> Iterator[bytes]:
        """A change that carries an object into, or out of, the selection reads as ADDED or DELETED."""
        seen = views.seen_as(self._call.target.kind, change)
        if seen is None:
            return
        change = seen
        is_in = change.type != "DELETED" and self._fits(change.object)
        was_in = change.previous is not None and self._fits(change.previous)
        if is_in:
            yield self._line("MODIFIED" if was_in else "ADDED", change.object)
        elif was_in:
            last = change.object if change.type == "DELETED" else change.previous
            yield self._line("DELETED", last or change.object)

    def _line(self, what: str, obj: Object) -> bytes:
        kind, form = self._call.target.kind, self._call.form
        shown = rendering.one(kind, obj, form, self._now())
        if form.name == "table" and self._has_sent_columns:
            shown["columnDefinitions"] = []
        self._has_sent_columns = True
        return _encode(what, shown)

    def _bookmark(self, metadata: Object) -> bytes:
        kind = self._call.target.kind
        version = str(self._store.resource_version)
        body = {
            "kind": kind.name,
            "apiVersion": kind.api_version,
            "metadata": {"resourceVersion": version, "creationTimestamp": None, **metadata},
        }
        return _encode("BOOKMARK", body)


def _encode(what: str, obj: Object) -> bytes:
    line = json.dumps({"type": what, "object": obj}, separators=(",", ":"), ensure_ascii=False)
    return line.encode(errors="replace") + b"\n"
