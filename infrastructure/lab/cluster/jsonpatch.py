"""JSON patches (RFC 6902) and JSON merge patches (RFC 7386)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infrastructure.lab.cluster.jsonvalue import clone

Operation = dict[str, Any]
MAX_OPERATIONS = 10_000


class PatchError(Exception):
    """A well-formed patch does not fit the document."""


class MalformedPatchError(Exception):
    """The body is no patch."""


def merge(document: Any, patch: Any) -> Any:
    """Return the document after a merge patch; null removes."""
    if not isinstance(patch, dict):
        return clone(patch)
    result = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def apply(document: Any, operations: Any) -> Any:
    """Return the document after the operations of a JSON patch.

    Raises:
        MalformedPatchError: when the body is no list of operations.
        PatchError: when a path does not exist or a test fails.
    """
    if not isinstance(operations, list) or len(operations) > MAX_OPERATIONS:
        raise MalformedPatchError("a JSON patch is a list of operations")
    result = clone(document)
    for operation in operations:
        result = _step(result, operation)
    return result


def _step(document: Any, operation: Any) -> Any:
    if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
        raise MalformedPatchError("an operation needs an op and a path")
    act = _OPERATIONS.get(str(operation.get("op")))
    if act is None:
        raise MalformedPatchError(f"unexpected kind: {operation.get('op')}")
    return act(document, _tokens(operation["path"]), operation)


def _add(document: Any, path: list[str], operation: Operation) -> Any:
    return _put(document, path, _value(operation), insert=True)


def _replace(document: Any, path: list[str], operation: Operation) -> Any:
    _read(document, path)
    return _put(document, path, _value(operation), insert=False)


def _drop(document: Any, path: list[str], _operation: Operation) -> Any:
    return _remove(document, path)


def _test(document: Any, path: list[str], operation: Operation) -> Any:
    if _read(document, path) != operation.get("value"):
        raise PatchError(f"testing value {operation['path']} failed")
    return document


def _copy(document: Any, path: list[str], operation: Operation) -> Any:
    return _put(document, path, clone(_read(document, _source(operation))), insert=True)


def _move(document: Any, path: list[str], operation: Operation) -> Any:
    source = _source(operation)
    value = _read(document, source)
    return _put(_remove(document, source), path, value, insert=True)


_OPERATIONS: Mapping[str, Callable[[Any, list[str], Operation], Any]] = {
    "add": _add,
    "replace": _replace,
    "remove": _drop,
    "test": _test,
    "copy": _copy,
    "move": _move,
}


def _value(operation: dict[str, Any]) -> Any:
    if "value" not in operation:
        raise MalformedPatchError("an operation lacks its value")
    return clone(operation["value"])


def _source(operation: dict[str, Any]) -> list[str]:
    if not isinstance(operation.get("from"), str):
        raise MalformedPatchError("an operation lacks its from")
    return _tokens(operation["from"])


def _tokens(path: str) -> list[str]:
    if path == "":
        return []
    if not path.startswith("/"):
        raise MalformedPatchError(f"not a JSON pointer: {path}")
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


def _read(document: Any, path: list[str]) -> Any:
    value = document
    for token in path:
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list):
            value = value[_index(token, len(value) - 1)]
        else:
            raise PatchError(f"missing path: /{'/'.join(path)}")
    return value


def _put(document: Any, path: list[str], value: Any, *, insert: bool) -> Any:
    if not path:
        return value
    parent = _read(document, path[:-1])
    last = path[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list) and insert:
        parent.insert(len(parent) if last == "-" else _index(last, len(parent)), value)
    elif isinstance(parent, list):
        parent[_index(last, len(parent) - 1)] = value
    else:
        raise PatchError(f"missing path: /{'/'.join(path)}")
    return document


def _remove(document: Any, path: list[str]) -> Any:
    _read(document, path)
    if not path:
        return None
    parent = _read(document, path[:-1])
    if isinstance(parent, dict):
        del parent[path[-1]]
    else:
        del parent[_index(path[-1], len(parent) - 1)]
    return document


def _index(token: str, largest: int) -> int:
    if not token.isdecimal() or int(token) > largest:
        raise PatchError(f"no such index: {token}")
    return int(token)
