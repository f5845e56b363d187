"""Merging two versions of a text that come from one: only where no two ways of aligning them can differ.

A line that occurs once in both versions, and that no other such line has changed places with, is an
anchor. Between two anchors a text is unchanged or changed as a whole. Two versions merge when no
block that one changed meets a block that the other changed; git, which aligns more finely, then
finds the same. What is finer than that is a conflict, which a person settles.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_BYTES = 1024 * 1024
"""The largest text that is merged; larger ones are rarely written by hand."""

_BINARY_MARK = b"\0"


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of the origin from `start` up to `end`, and what stands there instead."""

    start: int
    end: int
    lines: tuple[bytes, ...]

    def meets(self, other: "_Block") -> bool:
        """Return whether there is no unchanged line between the two."""
        return self.start <= other.end and other.start <= self.end


def why_not(contents: Sequence[bytes]) -> str | None:
    """Return why contents cannot be merged as texts, or None when they can be."""
    if any(_BINARY_MARK in content for content in contents):
        return "it is binary"
    if any(len(content) > MAX_BYTES for content in contents):
        return f"it is larger than {MAX_BYTES >> 20} MiB"
    return None


def merge(origin: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Return the text with the changes of both versions, or None when they meet."""
    lines = _lines(origin)
    our_blocks, their_blocks = _changed(lines, _lines(ours)), _changed(lines, _lines(theirs))
    for block in our_blocks:
        if any(block.meets(other) and block != other for other in their_blocks):
            return None
    return b"".join(_applied(lines, sorted({*our_blocks, *their_blocks}, key=_place)))


def _place(block: _Block) -> tuple[int, int]:
    return block.start, block.end


def _applied(lines: Sequence[bytes], blocks: Sequence[_Block]) -> Iterator[bytes]:
    at = 0
    for block in blocks:
        yield from lines[at : block.start]
        yield from block.lines
        at = block.end
    yield from lines[at:]


def _lines(content: bytes) -> list[bytes]:
    """Return the lines as git has them, which end with a line feed and nothing else."""
    pieces = content.split(b"\n")
    lines = [piece + b"\n" for piece in pieces[:-1]]
    return [*lines, pieces[-1]] if pieces[-1] else lines


def _changed(origin: Sequence[bytes], version: Sequence[bytes]) -> list[_Block]:
    """Return the blocks between anchors that a version changed."""
    found, before = [], (-1, -1)
    for anchor in (*_anchors(origin, version), (len(origin), len(version))):
        old = origin[before[0] + 1 : anchor[0]]
        new = version[before[1] + 1 : anchor[1]]
        if old != new:
            found.append(_Block(before[0] + 1, anchor[0], tuple(new)))
        before = anchor
    return found


def _anchors(origin: Sequence[bytes], version: Sequence[bytes]) -> list[tuple[int, int]]:
    """Return the places, in origin and version, of the lines that can be aligned in one way only."""
    in_origin, in_version = Counter(origin), Counter(version)
    first = {line: place for place, line in reversed(list(enumerate(version)))}
    last = {line: place for place, line in enumerate(version)}
    common = [
        (place, line)
        for place, line in enumerate(origin)
        if in_origin[line] == 1 and line in in_version
    ]
    # How far in the version lines reach that stand before, and after, each of them in the origin.
    before = [-1]
    for _, line in common:
        before.append(max(before[-1], last[line]))
    after = [len(version)]
    for _, line in reversed(common):
        after.append(min(after[-1], first[line]))
    after.reverse()
    return [
        (place, first[line])
        for number, (place, line) in enumerate(common)
        if in_version[line] == 1 and before[number] < first[line] < after[number + 1]
    ]
