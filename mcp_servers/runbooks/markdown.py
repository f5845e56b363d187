"""Markdown read for its structure: headings, and the fenced blocks that hold typed steps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

STEP_BLOCK = "sre-action"
"""The info string of a fenced block that is a typed step."""

_FENCE = re.compile(r"^ {0,3}(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t](.*)$")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; level 0 has no heading."""

    heading: str
    level: int
    markdown: str


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` counts from 1, `is_closed` is False when the text ends first."""

    info: str
    text: str
    line: int
    is_closed: bool


def sections(text: str) -> tuple[Section, ...]:
    """Return the sections in order; a `#` inside a fenced block is no heading."""
    fenced = {
        number
        for block in blocks(text)
        for number in range(block.line, block.line + block.text.count("\n") + 2)
    }
    found: list[tuple[str, int, list[str]]] = [("", 0, [])]
    for number, line in enumerate(text.splitlines(), start=1):
        heading = _HEADING.match(line) if number not in fenced else None
        if heading:
            found.append((_without_tail(heading[2]), len(heading[1]), []))
        else:
            found[-1][2].append(line)
    made = (Section(name, level, "\n".join(lines).strip()) for name, level, lines in found)
    return tuple(item for item in made if item.level or item.markdown)


def blocks(text: str) -> Iterator[Block]:
    """Return every fenced block in order."""
    mark, info, first, inside = "", "", 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if not mark and fence:
            mark, info, first, inside = fence["mark"], fence["info"].strip(), number, []
        elif mark and _closes(mark, line):
            yield Block(info, _joined(inside), first, is_closed=True)
            mark = ""
        elif mark:
            inside.append(line)
    if mark:
        yield Block(info, _joined(inside), first, is_closed=False)


def _without_tail(heading: str) -> str:
    """Return a heading's words without the marks that may close it."""
    words = heading.strip()
    bare = words.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else words


def _closes(mark: str, line: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(mark) and set(bare) == {mark[0]} and not line.startswith("    ")


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
