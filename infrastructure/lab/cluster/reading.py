"""Get and list: selection, chunks and resource versions."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

from infrastructure.lab.cluster import errors, rendering, selectors, views
from infrastructure.lab.cluster.calls import Call, Reply
from infrastructure.lab.cluster.changes import Gone
from infrastructure.lab.cluster.store import Store

Object = dict[str, Any]

_TOKEN_VERSION = "meta.k8s.io/v1"  # noqa: S105 - no secret: the format of a continue token
_EXPIRED = (
    "The provided continue parameter is too old to display a consistent list result. You can "
    "start a new list without the continue parameter."
)


def get(store: Store, call: Call) -> Reply:
    """Answer with one object.

    Raises:
        NotFound: when there is none.
    """
    target = call.target
    obj = views.one_of(store, target.kind, target.namespace, target.name)
    return Reply(rendering.one(target.kind, obj, call.form, call.now))


def list_objects(store: Store, call: Call) -> Reply:
    """Answer with the selected objects, at most `limit` at once.

    Raises:
        ApiError: 400, 410 or 504 for a selector, token or version that cannot be served.
    """
    kind = call.target.kind
    _check_version(store, call)
    objects, metadata = _chunk(store, call, selected(store, call))
    return Reply(rendering.many(kind, objects, metadata, call.form, call.now))


def selected(store: Store, call: Call) -> list[Object]:
    """Return the stored objects that the request's namespace and selectors choose."""
    fits = predicate(call)
    target = call.target
    return [obj for obj in views.all_of(store, target.kind, target.namespace) if fits(obj)]


def predicate(call: Call) -> Callable[[Object], bool]:
    """Return the predicate of a request: namespace, name and selectors."""
    target = call.target
    terms: list[Callable[[Object], bool]] = []
    if target.namespace is not None and target.kind.namespaced:
        terms.append(lambda obj: obj["metadata"].get("namespace") == target.namespace)
    if target.name:
        terms.append(lambda obj: obj["metadata"]["name"] == target.name)
    if text := call.query.get("labelSelector"):
        terms.append(selectors.by_labels(text))
    if text := call.query.get("fieldSelector"):
        terms.append(selectors.by_fields(target.kind, text))
    return lambda obj: all(term(obj) for term in terms)


def _check_version(store: Store, call: Call) -> None:
    asked = call.number("resourceVersion")
    if asked is None or asked == 0:
        return
    current = store.resource_version
    if asked > current:
        raise errors.too_large_version(asked, current)
    if call.query.get("resourceVersionMatch") == "Exact" and asked != current:
        raise errors.expired(f"The resourceVersion for the provided list is too old: {asked}")


def _chunk(store: Store, call: Call, objects: list[Object]) -> tuple[list[Object], Object]:
    version, start = store.resource_version, None
    if token := call.query.get("continue"):
        version, start = _read_token(token)
        _check_kept(store, version)
        objects = [obj for obj in objects if _key(obj) > start]
    metadata: Object = {"resourceVersion": str(version)}
    limit = call.number("limit")
    if not limit or len(objects) < limit:
        return objects, metadata
    page, last = objects[:limit], _key(objects[limit - 1])
    target = call.target
    # As on a real server, objects that the selectors do not choose also count as more to come.
    has_more = any(_key(obj) > last for obj in views.all_of(store, target.kind, target.namespace))
    if has_more:
        metadata["continue"] = _write_token(version, last)
        if not call.query.get("labelSelector") and not call.query.get("fieldSelector"):
            metadata["remainingItemCount"] = len(objects) - limit
    return page, metadata


def _check_kept(store: Store, version: int) -> None:
    try:
        store.since(version)
    except Gone as error:
        raise errors.expired(_EXPIRED) from error


def _key(obj: Object) -> tuple[str, str]:
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def _write_token(version: int, last: tuple[str, str]) -> str:
    token = {"v": _TOKEN_VERSION, "rv": version, "start": "/".join(last)}
    return base64.urlsafe_b64encode(json.dumps(token).encode()).decode().rstrip("=")


def _read_token(text: str) -> tuple[int, tuple[str, str]]:
    try:
        token = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        namespace, _, name = token["start"].partition("/")
        return int(token["rv"]), (namespace, name)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise errors.bad_request(f"continue key is not valid: {error}") from error
