"""Paths of one file under different roots: in a repository, in an image, in a stack trace."""

import re
from collections.abc import Iterable

_OF_OTHERS = re.compile(
    r"site-packages|dist-packages|node_modules|/usr/lib/|/lib/python|<[^>]*>|/go/pkg/mod/|/usr/local/go/src/|"
    r"/\.cargo/registry/|/rustc/|/gems/|^(?:java|javax|jdk|sun|com/sun|jakarta|kotlin|kotlinx|scala|groovy)/"
)
_IN_PACKAGE = re.compile(r"(?:^|/)src/(?:\w+/)?(?:java|kotlin|scala|groovy)/(.+)/[^/]+$")
"""A file whose folders are the package of its classes."""


def shared(one: str, other: str) -> int:
    """Return how many parts two paths have in common at their ends: none where the files differ.

    Of folders that stand beside each other in the same one, each has files of its own; so has each
    package.

    Args:
        one: as a stack tells it.
        other: as a repository has it.
    """
    if _is_of_another_package(one, other):
        return 0
    pairs = list(zip(reversed(one.split("/")), reversed(other.split("/")), strict=False))
    count = next((at for at, (mine, theirs) in enumerate(pairs) if mine != theirs), len(pairs))
    is_sibling = 0 < count < len(pairs) - 1 and pairs[count + 1][0] == pairs[count + 1][1]
    return 0 if is_sibling else count


def _is_of_another_package(one: str, other: str) -> bool:
    """Return whether folders that are a package are none that a path ends with; Kotlin leaves out the first."""
    package, told = _IN_PACKAGE.search(other), one.rpartition("/")[0]
    return package is not None and bool(told) and not f"/{told}".endswith(f"/{package[1]}")


def alike(path: str, others: Iterable[str]) -> frozenset[str]:
    """Return those of some paths that have most in common with a path, and something at all."""
    counted = {other: shared(path, other) for other in others}
    most = max(counted.values(), default=0)
    return frozenset(other for other, count in counted.items() if count == most > 0)


def is_of_others(file: str) -> bool:
    """Return whether a file of a stack is one of a library or of the language itself, by where it lies."""
    return _OF_OTHERS.search(file) is not None
