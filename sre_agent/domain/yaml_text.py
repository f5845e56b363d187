"""YAML texts as plain values, by the safe loader that is written in C where there is one."""

from collections.abc import Hashable
from typing import Any

import yaml
from typing_extensions import override

from sre_agent.domain import yaml_bounds

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Makes nothing but plain values, and is ten times as fast as the one written in Python."""

MAX_CHARS = 4 * 2**20
"""A hundred times the largest file that ships."""
MAX_NODES = 200_000
"""Values of a text, each as often as aliases repeat it."""
MAX_NUMBER_CHARS = 100
"""A number of many parts (`1:1:1`) takes the square of their count to add up."""
_TAGS = "tag:yaml.org,2002:"
_MERGE = f"{_TAGS}merge"
_NUMBERS = frozenset({f"{_TAGS}int", f"{_TAGS}float"})
_QUOTE = "put it in quotes"
_NO_VALUE = (ValueError, ArithmeticError, LookupError, AttributeError)
"""What the library lets through for a value that is not what its tag, or its form, says."""


class _Told(yaml.constructor.SafeConstructor):
    """Tells of every value that cannot be made where it stands."""

    @override
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return the value of a node; source: yaml.constructor.BaseConstructor."""
        if node.tag in _NUMBERS and len(node.value) > MAX_NUMBER_CHARS:
            told = (
                f"a number has more than {MAX_NUMBER_CHARS} characters: if it is a text, {_QUOTE}"
            )
            raise yaml.constructor.ConstructorError(None, None, told, node.start_mark)
        try:
            return super().construct_object(node, deep=deep)
        except _NO_VALUE as error:
            told = f"it is no {node.tag.removeprefix(_TAGS)}: correct it, or {_QUOTE}"
            raise yaml.constructor.ConstructorError(None, None, told, node.start_mark) from error


class PlainLoader(_Told, LOADER):  # type: ignore[misc]
    """The fast one, which raises nothing but what YAML's errors are."""


class _Once(_Told):
    """Refuses what says a key twice: the second would silently take the place of the first."""

    @override
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the values of a mapping; source: yaml.constructor.SafeConstructor."""
        if not isinstance(node, yaml.MappingNode):  # it is only called one: `!!map [b]`
            return super().construct_mapping(node, deep=deep)
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
        yaml.YAMLError: It is no YAML, more than one document, beyond bounds, or says a key twice.
    """
    bound(text)
    return yaml.load(text, Loader=_OnceLoader)  # noqa: S506 - both are safe loaders


def read_exactly(text: str) -> Any:
    """Return the same as `read`, and of what is wrong the very place, for which it is read again.

    Raises:
        yaml.YAMLError: As `read`.
    """
    try:
        return read(text)
    except yaml_bounds.BeyondBoundsError:
        raise
    except yaml.YAMLError:
        pass  # it is torn, and within bounds up to there: the exact loader comes no further
    return yaml.load(text, Loader=ExactLoader)  # noqa: S506 - it is a safe one


def bound(text: str) -> None:
    """Refuse what would take memory or minutes to build: it is too long, too deep, or repeats itself.

    Raises:
        yaml_bounds.BeyondBoundsError: It says of which bound, where, and what to do.
        yaml.YAMLError: It is no YAML as far as it had to be read.
    """
    if len(text) > MAX_CHARS:
        told = f"it has more than {MAX_CHARS} characters: split the file"
        raise yaml_bounds.BeyondBoundsError(problem=told)
    broken = yaml_bounds.broken(text, LOADER, MAX_NODES)
    if broken is not None:
        raise broken


def told(error: Exception) -> str:
    """Return in one line what is wrong with a text, with its place from 1 where that is known."""
    if isinstance(error, yaml.MarkedYAMLError) and (mark := error.problem_mark) is not None:
        said = error.problem or error.context or "it is torn"
        return f"{said} (line {mark.line + 1}, column {mark.column + 1})"
    return " ".join(str(error).split())
