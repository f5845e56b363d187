"""JSON and YAML of a file into Kubernetes objects."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import yaml

from sre_agent.domain import yaml_bounds
from sre_agent.domain.yaml_text import LOADER, PlainLoader
from sre_agent.manifests.kubectl import kind_of
from sre_agent.manifests.objects.fields import section
from sre_agent.manifests.objects.snapshot import KINDS, objects

Clean = Callable[[Any], Any]

MAX_OBJECTS = 20_000
"""What one file may hold; a list of lists could otherwise grow without end."""
_SOMETHING = re.compile(r"\S")
_YAML = re.compile(r"^(?:apiVersion|kind|items):", re.MULTILINE)
_OBJECT = re.compile(r'^(?:apiVersion|kind|items):|"(?:apiVersion|items)"\s*:', re.MULTILINE)
_HEAD = 2000
_ENDINGS = (".yaml", ".yml", ".json")
_PLURALS = {kind.lower() + "s": kind for kind in KINDS} | {
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "pvcs": "PersistentVolumeClaim",
    "pvs": "PersistentVolume",
    "storage-classes": "StorageClass",
    "ingresses": "Ingress",
    "networkpolicies": "NetworkPolicy",
    "network-policy": "NetworkPolicy",
    "limitranges": "LimitRange",
    "resource-quotas": "ResourceQuota",
    "pod-disruption-budgets": "PodDisruptionBudget",
    "endpoints": "Endpoints",
}


def parsed(name: str, text: str, clean: Clean) -> list[dict[str, Any]] | None:
    """Return the lists and objects that a file holds, or None where it holds none.

    `clean` takes out of JSON what nobody should see.
    """
    found = list(islice(_documents(name, text, clean), MAX_OBJECTS))
    return found or None


def is_meant(text: str) -> bool:
    """Return whether a text begins as JSON or YAML of Kubernetes does."""
    return text.lstrip()[:1] in {"{", "["} or bool(_YAML.search(text))


def is_object_file(name: str, text: str) -> bool:
    """Return whether a file is named and begins as saved objects are, not as a log in JSON."""
    return name.endswith(_ENDINGS) and bool(_OBJECT.search(text, 0, _HEAD))


def _documents(name: str, text: str, clean: Clean) -> Iterator[dict[str, Any]]:
    for content in _contents(text):
        if isinstance(content, list):
            yield _list(name, content, clean)
        elif isinstance(content, dict) and _is_list(content):
            yield from _by_kind(_with_kind(name, content, clean))
        elif isinstance(content, dict) and content.get("kind") in KINDS:
            yield _cleaned(content, clean)


def _cleaned(item: Any, clean: Clean) -> dict[str, Any]:
    """Return an object cleaned; one that is nested beyond all reason is nothing."""
    try:
        found: dict[str, Any] = clean(item)
    except RecursionError:
        return {}
    return found


def _contents(text: str) -> list[Any]:
    head = text.lstrip()[:1]
    try:
        if head in {"{", "["}:
            return list(_json(text))
        if _YAML.search(text) and yaml_bounds.are_kept(text, LOADER):
            return [item for item in yaml.load_all(text, Loader=PlainLoader) if item]
    except (ValueError, RecursionError, yaml.YAMLError):
        return []
    return []


def _json(text: str) -> Iterator[Any]:
    """Yield the JSON values of a text: one, or one after the other."""
    decoder, end = json.JSONDecoder(), 0
    while begins := _SOMETHING.search(text, end):
        value, end = decoder.raw_decode(text, begins.start())
        yield value


def _is_list(content: dict[str, Any]) -> bool:
    return isinstance(content.get("items"), list)


def _list(name: str, items: list[Any], clean: Clean) -> dict[str, Any]:
    """Return a bare array as the list it is; items without kind are of the file's."""
    return _with_kind(name, {"kind": f"{_kind_by_name(name) or ''}List", "items": items}, clean)


def _with_kind(name: str, content: dict[str, Any], clean: Clean) -> dict[str, Any]:
    """Return a list, lists in it laid open, with the kind of what it lists.

    An empty one tells that by its file alone.
    """
    told = str(content.get("kind") or "List")
    found = list(islice(objects({**content, "kind": told}), MAX_OBJECTS))
    kinds = {kind for kind, _ in found}
    named = told.removesuffix("List")
    if not named and len(kinds) <= 1:
        named = next(iter(kinds), None) or _kind_by_name(name) or ""
    items = [{**_cleaned(item, clean), "kind": kind} for kind, item in found]
    metadata = dict(section(content, "metadata"))
    return {"metadata": metadata, "kind": f"{named}List", "items": items}


def _by_kind(listed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield kubectl's answer for several kinds as a list of each; any other list as it is.

    Such an answer bears a `resourceVersion`, which a manifest that people wrote does not.
    """
    if listed["kind"] != "List" or "resourceVersion" not in listed["metadata"]:
        yield listed
        return
    parts: dict[str, list[Any]] = {}
    for item in listed["items"]:
        parts.setdefault(item["kind"], []).append(item)
    for kind, items in parts.items():
        yield {**listed, "kind": f"{kind}List", "items": items}


def _kind_by_name(name: str) -> str | None:
    """Return the kind that a path speaks of: `pods.json`, `deployments/shop.json`."""
    *folders, file = name.lower().split("/")
    words = [file.split(".")[0], *reversed(folders)]
    for word in words:
        kind = _PLURALS.get(word) or kind_of(word)
        if kind:
            return kind
    return None
