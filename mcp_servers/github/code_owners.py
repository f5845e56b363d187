"""CODEOWNERS: who owns which paths, as GitHub reads the file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for the file, in this order."""

MAX_BYTES = 3 * 1024 * 1024
"""A larger file counts for nothing on GitHub."""

_ANY_DEPTH = "**"
_ESCAPED_SPACE = "\0"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: which paths, and who owns them (nobody, where it takes them out again)."""

    line: int
    pattern: str
    owners: tuple[str, ...]

    def matches(self, path: str) -> bool:
        """Return whether the rule speaks of a path."""
        return _is_match(_parts(self.pattern), tuple(path.split("/")))


def parse(text: str) -> tuple[Rule, ...]:
    """Return the rules of a file, in its order; lines that GitHub does not take are passed over."""
    return tuple(_rules(text))


def owning(rules: Sequence[Rule], path: str) -> Rule | None:
    """Return the rule that holds for a path: the last that matches it."""
    return next((rule for rule in reversed(rules) if rule.matches(path)), None)


def _rules(text: str) -> Iterator[Rule]:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.replace("\\ ", _ESCAPED_SPACE).split()
        if not words or words[0].startswith("#"):
            continue
        pattern = words[0].replace(_ESCAPED_SPACE, " ")
        if pattern.startswith("!") or "[" in pattern or not pattern.strip("/"):
            continue
        comment = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
        yield Rule(number, pattern, tuple(words[1:comment]))


@cache
def _parts(pattern: str) -> tuple[str, ...]:
    """Return what a pattern asks of each part of a path, from the root on."""
    parts = [part for part in pattern.split("/") if part]
    # A pattern with a slash before its end begins at the root; any other is looked for at every depth.
    is_rooted = pattern.startswith("/") or len(parts) > 1
    head = [] if is_rooted else [_ANY_DEPTH]
    if pattern.endswith("/"):
        return (*head, *parts, _ANY_DEPTH, "*")
    # `docs/*` speaks of what is right in the folder, any other pattern of all that is under it too.
    is_level = len(parts) > 1 and parts[-1] == "*"
    return (*head, *parts) if is_level else (*head, *parts, _ANY_DEPTH)


def _is_match(wanted: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Return whether the parts of a path are as a pattern asks; the work grows with both and no faster."""
    reached = {0}
    for part in parts:
        here = _through(wanted, reached)
        stay = {at for at in here if at < len(wanted) and wanted[at] == _ANY_DEPTH}
        step = {at + 1 for at in here - stay if at < len(wanted) and _is_like(wanted[at], part)}
        reached = stay | step
    return len(wanted) in _through(wanted, reached)


def _through(wanted: tuple[str, ...], reached: set[int]) -> set[int]:
    """Return every place that is reached when a part of any depth may also be of none."""
    found = set(reached)
    for at in range(len(wanted)):
        if at in found and wanted[at] == _ANY_DEPTH:
            found.add(at + 1)
    return found


def _is_like(pattern: str, part: str) -> bool:
    """Return whether a part of a path is as a pattern with `*` and `?` says."""
    at, begun, star, mark = 0, 0, -1, 0
    while begun < len(part):
        if at < len(pattern) and pattern[at] == "*":
            star, mark, at = at, begun, at + 1
        elif at < len(pattern) and pattern[at] in {"?", part[begun]}:
            at, begun = at + 1, begun + 1
        elif star >= 0:
            mark += 1
            at, begun = star + 1, mark
        else:
            return False
    return not pattern[at:].strip("*")
