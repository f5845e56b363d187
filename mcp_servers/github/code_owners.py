"""CODEOWNERS: who owns which paths, as GitHub reads the file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from mcp_servers.github.globs import ANY_DEPTH, is_match

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for the file, in this order."""

MAX_BYTES = 3 * 1024 * 1024
"""A larger file counts for nothing on GitHub."""

_ESCAPED_SPACE = "\0"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: which paths, and who owns them (nobody, where it takes them out again)."""

    line: int
    pattern: str
    owners: tuple[str, ...]

    def matches(self, path: str) -> bool:
        """Return whether the rule speaks of a path."""
        return is_match(_parts(self.pattern), tuple(path.split("/")))


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
    head = [] if is_rooted else [ANY_DEPTH]
    if pattern.endswith("/"):
        return (*head, *parts, ANY_DEPTH, "*")
    # `docs/*` speaks of what is right in the folder, any other pattern of all that is under it too.
    is_level = len(parts) > 1 and parts[-1] == "*"
    return (*head, *parts) if is_level else (*head, *parts, ANY_DEPTH)
