"""How two pod templates differ, path by path, in words a person knows."""

from typing import Any

from mcp_servers.kubernetes.answers import TemplateChange
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.containers import source_of
from mcp_servers.kubernetes.fields import section
from mcp_servers.kubernetes.images import is_image
from mcp_servers.kubernetes.secrets import clean_arguments, clean_value

HASH_LABEL = "pod-template-hash"
"""Written by the cluster itself; no part of what a person declared."""

REVISION_LABEL = "controller-revision-hash"
"""The same, on the pods of a StatefulSet or DaemonSet."""

_ABSENT = "(none)"


def changes(before: Json, after: Json) -> tuple[TemplateChange, ...]:
    """Return what differs, each path once, secrets blotted out on both sides."""
    old, new = flat(before), flat(after)
    return tuple(
        TemplateChange(
            path=path, before=_shown(path, old.get(path)), after=_shown(path, new.get(path))
        )
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    )


def sentence(change: TemplateChange) -> str:
    """Return a change as `path: before -> after`."""
    before = _ABSENT if change.before is None else change.before
    after = _ABSENT if change.after is None else change.after
    return f"{change.path}: {before} -> {after}"


def flat(template: Json) -> dict[str, str]:
    """Return a template's leaves by path: `containers[app].image`, `labels[app]`, and so on."""
    found: dict[str, str] = {}
    for key in ("labels", "annotations"):
        for name, value in section(template, "metadata", key).items():
            if name != HASH_LABEL:
                found[f"{key}[{name}]"] = str(value)
    for key, value in section(template, "spec").items():
        _flatten(key, value, found)
    return found


def _flatten(path: str, value: Any, found: dict[str, str]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{path}.{key}", inner, found)
    elif isinstance(value, list):
        _flatten_list(path, value, found)
    elif value is not None:
        found[path] = str(value).lower() if isinstance(value, bool) else str(value)


def _flatten_list(path: str, items: list[Any], found: dict[str, str]) -> None:
    """Flatten a list: things with names are known by them, plain words make one line."""
    if not all(isinstance(item, dict) for item in items):
        found[path] = " ".join(str(item) for item in items)
        return
    for index, item in enumerate(items):
        name = item.get("name", index)
        if path.endswith(".env"):
            found[f"{path}[{name}]"] = source_of(item) or str(item.get("value") or "")
        else:
            _flatten(f"{path}[{name}]", item, found)


def _shown(path: str, value: str | None) -> str | None:
    if value is None:
        return None
    if path.endswith(".image") and is_image(value):
        return value  # in `token-service:1.4` the version is no secret, and has to be seen
    if path.endswith((".args", ".command")):
        return " ".join(clean_arguments(value.split(" ")))
    inside = path.rpartition(".env[")
    return clean_value(inside[2].removesuffix("]") if inside[1] else "", value)
