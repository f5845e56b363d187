"""Which paths .gitattributes keeps from being merged as texts: `-merge`, `binary`, or a merge of their own."""

from collections.abc import Iterable, Iterator, Mapping

from mcp_servers.github.globs import ANY_DEPTH, is_match
from mcp_servers.github.revert.trees import folders_of

NAME = ".gitattributes"

_MACRO = "[attr]"
_AS_TEXT = frozenset({"merge", "!merge", "merge=text"})
_NOT_UNDERSTOOD = frozenset('[\\"')
"""Signs of patterns that are not looked at any closer: such a one may keep any path from being merged."""


def files_for(path: str) -> tuple[str, ...]:
    """Return the files that may speak of a path; what a later one says counts."""
    return (NAME, *(f"{folder}/{NAME}" for folder in folders_of(path)))


def unmerged(paths: Iterable[str], files: Mapping[str, bytes]) -> frozenset[str]:
    """Return the paths that git would not merge as texts, given every file that speaks of them."""
    return frozenset(path for path in paths if not _is_text(path, files))


def _is_text(path: str, files: Mapping[str, bytes]) -> bool:
    macros, is_text = {"binary": False}, True
    for file in files_for(path):
        here = path.removeprefix(file.removesuffix(NAME))
        for pattern, *words in _rules(files.get(file, b"")):
            said = _said(words, macros)
            if said is None:
                continue
            if pattern.startswith(_MACRO):
                # git heeds them at the root alone.
                macros |= {pattern.removeprefix(_MACRO): said} if file == NAME else {}
            elif _is_of(pattern, here) or not (said or _is_understood(pattern)):
                is_text = said
    return is_text


def _rules(content: bytes) -> Iterator[list[str]]:
    for line in content.decode(errors="replace").split("\n"):
        words = line.split()
        # git takes no pattern that begins with `!`.
        if words and not words[0].startswith(("#", "!")):
            yield words


def _said(words: Iterable[str], macros: Mapping[str, bool]) -> bool | None:
    """Return whether some attributes let a path be merged as a text, or None where they say nothing of it."""
    said = None
    for word in words:
        if word.lstrip("-!").partition("=")[0] == "merge":
            said = word in _AS_TEXT
        elif word in macros:
            said = macros[word]
    return said


def _is_understood(pattern: str) -> bool:
    return _NOT_UNDERSTOOD.isdisjoint(pattern)


def _is_of(pattern: str, path: str) -> bool:
    # One that ends so would be of folders, which have no attributes.
    if pattern.endswith("/") or not _is_understood(pattern):
        return False
    parts = tuple(part for part in pattern.split("/") if part)
    return is_match(parts if "/" in pattern else (ANY_DEPTH, *parts), tuple(path.split("/")))
