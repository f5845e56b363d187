"""A client's document read as an object of one kind: types, names and namespace must fit the URL."""

from __future__ import annotations

import secrets
from typing import Any

from infrastructure.lab.cluster import errors, shapes
from infrastructure.lab.cluster.calls import Call
from infrastructure.lab.cluster.kinds import Kind
from infrastructure.lab.cluster.object_shapes import SHAPES

Object = dict[str, Any]

_SERVER_OWNED = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "selfLink",
)
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_SUFFIX_LENGTH = 5
_BASE_MAX = 58


def object_of(call: Call, document: Any) -> Object:
    """Return the document as an object of the call's kind, in the call's namespace.

    Raises:
        ApiError: 400 when its types, kind, name or namespace do not fit.
    """
    kind, target = call.target.kind, call.target
    obj = typed(kind, document)
    meta = obj.setdefault("metadata", {})
    if kind.namespaced:
        if meta.get("namespace", target.namespace) != target.namespace:
            raise errors.bad_request(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        meta["namespace"] = target.namespace
    if target.name and meta.setdefault("name", target.name) != target.name:
        raise errors.bad_request(
            f"the name of the object ({meta['name']}) does not match the name on the URL ({target.name})"
        )
    for field in _SERVER_OWNED:
        meta.pop(field, None)
    return obj


def typed(kind: Kind, document: Any) -> Object:
    """Return the document with every known field of its right JSON type.

    Raises:
        ApiError: 400 when a type, or the document's kind, does not fit.
    """
    prefix = f'{kind.name} in version "{kind.version}" cannot be handled as a {kind.name}'
    if not isinstance(document, dict):
        raise errors.bad_request(f"{prefix}: json: cannot unmarshal a plain value into an object")
    given = (document.get("apiVersion", kind.api_version), document.get("kind", kind.name))
    if given != (kind.api_version, kind.name):
        raise errors.bad_request(
            f'{given[1]} in version "{given[0]}" cannot be handled as a {kind.name}: '
            f"the resource of the URL is {kind.resource}"
        )
    try:
        obj: Object = shapes.decode(document, SHAPES[kind.name])
    except shapes.ShapeError as error:
        raise errors.bad_request(f"{prefix}: {error}") from error
    return obj


def give_name(meta: Object) -> None:
    """Make up a name from `generateName` when the object has none."""
    if not meta.get("name") and meta.get("generateName"):
        suffix = "".join(secrets.choice(_LETTERS) for _ in range(_SUFFIX_LENGTH))
        meta["name"] = meta["generateName"][:_BASE_MAX] + suffix
