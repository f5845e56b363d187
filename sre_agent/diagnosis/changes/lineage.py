"""Which commits stand on the branch itself, and which came to it by a merge.

The first parent of a merge is where its maker stood. That is the branch where GitHub made it for a pull
request. Who merges the branch into own work and pushes that has it the other way round: what that merge
differs by from its first parent is the work of everybody else. No message tells the two apart, as anybody
writes it as they like.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sre_agent.domain.observations.github import CommitHead


@dataclass(frozen=True)
class Lineage:
    """How commits came to a branch: `brought_by` names the merge of each that does not stand on it.

    `perhaps_by` does so where nobody knows which side of the merge the branch was.
    """

    brought_by: Mapping[str, str] = field(default_factory=dict)
    perhaps_by: Mapping[str, str] = field(default_factory=dict)


def read(heads: Sequence[CommitHead], made: Collection[str]) -> Lineage:
    """Return the lineage of the commits of a branch, the newest first.

    What is older than the oldest of them is not known and belongs to no merge.

    Args:
        heads: the commits.
        made: the merges that were made for a pull request, so that their first parent is the branch.
    """
    known = {head.sha: head for head in heads}
    start = heads[0].sha if heads else ""
    branch = _branch(start, known)
    around, left = list[str](), [start]
    while left:
        line = [sha for sha in _branch(left.pop(), known) if sha not in around]
        around += line
        left += [parent for sha in line if sha not in made for parent in known[sha].parents[1:]]
    return Lineage(
        brought_by=_brought(around, known, made),
        perhaps_by=_brought(branch, known, {*branch} - {*made}),
    )


def _branch(sha: str, known: Mapping[str, CommitHead]) -> list[str]:
    """Return a commit and the first parents below it, the newest first."""
    found: dict[str, None] = {}
    while sha in known and sha not in found:
        found[sha] = None
        sha = next(iter(known[sha].parents), "")
    return list(found)


def _brought(
    there: Sequence[str], known: Mapping[str, CommitHead], merges: Collection[str]
) -> Mapping[str, str]:
    """Return by which of some merges each commit came that was not there, nor came by an earlier one."""
    brought: dict[str, str] = {}
    # The oldest merge first: what it brought was there when a later one came.
    for sha in sorted(there, key=lambda each: len(_behind(each, known, ()))):
        for parent in known[sha].parents[1:]:
            for each in _behind(parent, known, {*there, *brought}):
                brought[each] = sha
    return {each: sha for each, sha in brought.items() if sha in merges}


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
