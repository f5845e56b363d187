"""Which paths .gitattributes keeps from being merged as texts: `-merge`, `binary`, or a merge of their own."""

from collections.abc import Iterable, Iterator, Mapping

from mcp_servers.github.globs import ANY_DEPTH, is_match
from mcp_servers.github.revert import wildcards
from mcp_servers.github.revert.trees import folders_of

NAME = ".gitattributes"

_MACRO = "[attr]"
_BYTES = "latin-1"
"""One sign for each byte, as git compares them."""
_AS_TEXT = frozenset({"merge", "!merge", "merge=text", "merge=union"})
"""A union takes both sides where texts conflict, which here they never may: without that it is the same."""


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
            elif _is_of(pattern, here, is_cautious=not said):
                is_text = said
    return is_text


def _rules(content: bytes) -> Iterator[list[str]]:
    for line in content.decode(_BYTES).split("\n"):
        pattern, rest = wildcards.split(line)
        # git takes no pattern that begins with `!`.
        if pattern and not pattern.startswith(("#", "!")):
            yield [pattern, *rest.split()]


def _said(words: Iterable[str], macros: Mapping[str, bool]) -> bool | None:
    """Return whether some attributes let a path be merged as a text, or None where they say nothing of it."""
    said = None
    for word in words:
        if word.lstrip("-!").partition("=")[0] == "merge":
            said = word in _AS_TEXT
        elif word in macros:
            said = macros[word]
    return said


def _is_of(pattern: str, path: str, *, is_cautious: bool) -> bool:
    """Return whether a pattern is of a path; one that is not understood is of any, to who is cautious."""
    if pattern.endswith("/"):
        return False  # it would be of folders, which have no attributes
    parts = [wildcards.read(part) for part in pattern.split("/") if part]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return is_cautious
    return is_match(known if "/" in pattern else [ANY_DEPTH, *known], _bytes(path).split("/"))


def _bytes(path: str) -> str:
    return path.encode("utf-8", "surrogatepass").decode(_BYTES)
