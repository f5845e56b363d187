"""Objects and lists in the form the client asked for: plain, as a Table, or as metadata only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infrastructure.lab.cluster import errors
from infrastructure.lab.cluster.columns import LAYOUTS
from infrastructure.lab.cluster.kinds import Kind
from infrastructure.lab.cluster.layouts import Column

Object = dict[str, Any]

_META_GROUP = "meta.k8s.io"
_JSON = frozenset({"application/json", "application/*", "*/*"})


@dataclass(frozen=True)
class Form:
    """How an answer is to look: `plain`, `table` or `metadata`."""

    name: str = "plain"
    include: str = "Metadata"
    version: str = "v1"


def negotiate(accept: str, include: str) -> Form:
    """Choose the first form in an Accept header that can be served.

    Raises:
        ApiError: 406 when there is none.
    """
    for part in (accept or "*/*").split(","):
        media, *parameters = (item.strip() for item in part.split(";"))
        if media not in _JSON:
            continue
        asked = dict(item.split("=", 1) for item in parameters if "=" in item)
        form = asked.get("as")
        if form is None:
            return Form()
        version = asked.get("v", "v1")
        if asked.get("g") != _META_GROUP or version not in {"v1", "v1beta1"}:
            continue
        if form == "Table":
            return Form("table", include or "Metadata", version)
        if form in {"PartialObjectMetadata", "PartialObjectMetadataList"}:
            return Form("metadata", version=version)
    raise errors.not_acceptable()


def one(kind: Kind, obj: Object, form: Form, now: datetime) -> Object:
    """Return one object in the asked form."""
    match form.name:
        case "table":
            version = obj["metadata"].get("resourceVersion", "")
            return table(kind, [obj], {"resourceVersion": version}, form, now)
        case "metadata":
            return _partial(obj, form)
        case _:
            return ordered(obj)


def many(
    kind: Kind, objects: Iterable[Object], metadata: Object, form: Form, now: datetime
) -> Object:
    """Return a list of objects in the asked form."""
    match form.name:
        case "table":
            return table(kind, objects, metadata, form, now)
        case "metadata":
            return {
                "kind": "PartialObjectMetadataList",
                "apiVersion": f"{_META_GROUP}/{form.version}",
                "metadata": metadata,
                "items": [_partial(obj, form) for obj in objects],
            }
        case _:
            return {
                "kind": f"{kind.name}List",
                "apiVersion": kind.api_version,
                "metadata": metadata,
                "items": [_without_type(obj) for obj in objects],
            }


def table(
    kind: Kind, objects: Iterable[Object], metadata: Object, form: Form, now: datetime
) -> Object:
    """Return objects as a Table."""
    layout = LAYOUTS[kind.name]
    return {
        "kind": "Table",
        "apiVersion": f"{_META_GROUP}/{form.version}",
        "metadata": metadata,
        "columnDefinitions": [_definition(column) for column in layout.columns],
        "rows": [_row(obj, layout.cells(obj, now), form) for obj in objects],
    }


def ordered(obj: Object) -> Object:
    """Return an object with kind and apiVersion first, as the server writes it."""
    return {"kind": obj["kind"], "apiVersion": obj["apiVersion"], **_without_type(obj)}


def _without_type(obj: Object) -> Object:
    rest = {key: value for key, value in obj.items() if key not in {"kind", "apiVersion"}}
    return {"metadata": rest.pop("metadata"), **rest}


def _partial(obj: Object, form: Form) -> Object:
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": f"{_META_GROUP}/{form.version}",
        "metadata": obj["metadata"],
    }


def _row(obj: Object, cells: list[object], form: Form) -> Object:
    match form.include:
        case "None":
            return {"cells": cells, "object": None}
        case "Object":
            return {"cells": cells, "object": ordered(obj)}
        case _:
            return {"cells": cells, "object": _partial(obj, form)}


def _definition(column: Column) -> Object:
    return {
        "name": column.name,
        "type": column.type,
        "format": column.format,
        "description": f"{column.name} of the object.",
        "priority": column.priority,
    }
