"""Which commits stand on the branch itself, and which came to it by a merge."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sre_agent.domain.observations.github import CommitHead


@dataclass(frozen=True)
class Lineage:
    """How commits came to a branch: `brought_by` names the merge of each that does not stand on it."""

    brought_by: Mapping[str, str] = field(default_factory=dict)


def read(heads: Sequence[CommitHead]) -> Lineage:
    """Return the lineage of the commits of a branch, the newest first.

    What is older than the oldest of them is not known and belongs to no merge.
    """
    known = {head.sha: head for head in heads}
    branch = _branch(heads, known)
    brought: dict[str, str] = {}
    # The oldest merge first: what it brought was there when a later one came.
    for sha in reversed(branch):
        for parent in known[sha].parents[1:]:
            for each in _behind(parent, known, {*branch, *brought}):
                brought[each] = sha
    return Lineage(brought)


def _branch(heads: Sequence[CommitHead], known: Mapping[str, CommitHead]) -> list[str]:
    """Return the commits that stand on the branch, the newest first."""
    found: dict[str, None] = {}
    sha = heads[0].sha if heads else ""
    while sha in known and sha not in found:
        found[sha] = None
        sha = next(iter(known[sha].parents), "")
    return list(found)


def _behind(start: str, known: Mapping[str, CommitHead], there: Iterable[str]) -> list[str]:
    """Return a commit and what it stands on, as far as that is known and was not there before."""
    passed, found, left = set(there), list[str](), [start]
    while left:
        sha = left.pop()
        if sha in known and sha not in passed:
            passed.add(sha)
            found.append(sha)
            left += known[sha].parents
    return found
