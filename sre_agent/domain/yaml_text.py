"""YAML texts as plain values, by the safe loader that is written in C where there is one."""

from collections.abc import Hashable
from typing import Any

import yaml
from typing_extensions import override

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Makes nothing but plain values, and is ten times as fast as the one written in Python."""

_MERGE = "tag:yaml.org,2002:merge"


class _Once(yaml.constructor.SafeConstructor):
    """Refuses what says a key twice: the second would silently take the place of the first."""

    @override
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the values of a mapping; source: yaml.constructor.SafeConstructor."""
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            said = (key.tag, str(key.value))
            if said in seen and key.tag != _MERGE:
                told = f"{key.value} is there twice: the first would not count; leave one of them"
                raise yaml.constructor.ConstructorError(None, None, told, key.start_mark)
            seen.add(said)
        return super().construct_mapping(node, deep=deep)


class _OnceLoader(_Once, LOADER):  # type: ignore[misc]
    """The fast one, each key once."""


class ExactLoader(_Once, yaml.SafeLoader):
    """The one that knows best where a text is torn, each key once."""


def read(text: str) -> Any:
    """Return the document of a text; None when it is empty.

    Raises:
        yaml.YAMLError: It is no YAML, more than one document, nested too deep, or says a key twice.
    """
    try:
        return yaml.load(text, Loader=_OnceLoader)  # noqa: S506 - both are safe loaders
    except RecursionError:
        raise yaml.YAMLError("it is nested too deep") from None


def told(error: Exception) -> str:
    """Return in one line what is wrong with a text, with its place from 1 where that is known."""
    if isinstance(error, yaml.MarkedYAMLError) and (mark := error.problem_mark) is not None:
        said = error.problem or error.context or "it is torn"
        return f"{said} (line {mark.line + 1}, column {mark.column + 1})"
    return " ".join(str(error).split())
