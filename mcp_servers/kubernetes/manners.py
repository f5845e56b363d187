"""How objects of a kind are looked at: what an approval is bound to, and a change in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mcp_servers.common import canonical
from mcp_servers.kubernetes import alterations, state
from mcp_servers.kubernetes.alterations import Alteration
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import section

_NAMES = ("name", "key", "port")
"""What tells the entries of a list apart, where they have it."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What counts of an object's state and of what becomes of it, and how it differs in words."""

    state_sha256: Callable[[Json], str]
    result_sha256: Callable[[Alteration, Json], str]
    differences: Callable[[Json, Json], tuple[str, ...]]


def declared_sha256(item: Json) -> str:
    """Return the hash of an object that people alone declare: status and bookkeeping do not count."""
    return canonical.sha256({"uid": state.uid_of(item), "spec": section(item, "spec")})


def node_sha256(node: Json) -> str:
    """Return the hash of a node: only whether it takes pods; the rest changes by itself."""
    is_closed = bool(section(node, "spec").get("unschedulable"))
    return canonical.sha256({"uid": state.uid_of(node), "unschedulable": is_closed})


def node_result_sha256(alteration: Alteration, node: Json) -> str:
    """Return the hash of what an alteration makes of a node, whose taints follow by themselves."""
    return node_sha256(alterations.merged(node, alteration.patch))


def differences(before: Json, after: Json) -> tuple[str, ...]:
    """Return how an object's declaration differs, field by field in the order of their names."""
    old, new = dict(_flat(section(before, "spec"))), dict(_flat(section(after, "spec")))
    return tuple(
        f"{path}: {old.get(path, 'none')} -> {new.get(path, 'none')}"
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    )


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the plain values in a declaration, each with its path; what is empty is not there."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{path}[{_name_of(inner, number)}]")
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


def _name_of(entry: Any, number: int) -> str:
    if isinstance(entry, dict):
        return str(next((entry[key] for key in _NAMES if entry.get(key)), number))
    return str(number)


WORKLOAD = Manner(state.sha256, Alteration.result_sha256, alterations.differences)
DECLARED = Manner(declared_sha256, Alteration.result_sha256, differences)
NODE = Manner(node_sha256, node_result_sha256, differences)
