"""Which commits a build lacks for sure: those that were made on top of what it was built from."""

from sre_agent.diagnosis.changes.told import Told
from sre_agent.domain.changes import Commit

SHORTEST = 7
"""Characters of the shortest hash that names a commit."""
TIE_S = 60.0
"""Two records of one rollout tell of it within this of each other."""


class Builds:
    """What is known of the commits that programs were built from."""

    def __init__(self, told: Told) -> None:
        """Make it of what is known of an incident."""
        self._parents = told.parents
        self._commits = {commit.sha: commit for commit in told.commits}
        below = (sha for each in told.parents.values() for sha in each)
        self._known = sorted({*told.parents, *below, *self._commits})
        self._behind: dict[str, frozenset[str]] = {}
        self._named: dict[str, str] = {}

    def lacks(self, sha: str, commit: Commit) -> bool:
        """Return whether what was built from a commit, by its hash whole or cut, lacks another for sure.

        It does where the other stands on it, and where nothing says that it stands on the other,
        which came to the same repository later. What a merge brought is no older than the merge.
        """
        built = self._whole(sha)
        if not built or built == commit.sha or commit.sha in self._standing_on(built):
            return False
        if self.was_before(built, commit):
            return True
        other = self._commits.get(built)
        return bool(
            other
            and commit.repository
            and other.repository.lower() == commit.repository.lower()
            and other.at_s + TIE_S < commit.at_s
            and not self._is_beside(built, commit)
        )

    def was_before(self, sha: str, commit: Commit) -> bool:
        """Return whether a commit was made on top of what was built, by what its repository itself tells."""
        built = self._whole(sha)
        before = self._parents.get(commit.sha, ())[:1]
        return bool(built) and any(
            built == each or built in self._standing_on(each) for each in before
        )

    def holds(self, sha: str, commit: Commit) -> bool:
        """Return whether what was built from a commit, by its hash whole or cut, holds another for sure."""
        built = self._whole(sha)
        return built == commit.sha or commit.sha in self._standing_on(built)

    def stands_on(self, sha: str, other: str) -> bool:
        """Return whether a commit stands on another, by what the repository itself tells of its history."""
        return other in self._standing_on(sha)

    def _whole(self, sha: str) -> str:
        if sha not in self._named:
            found = (each for each in self._known if is_same(sha, each))
            self._named[sha] = next(found, "") if sha else ""
        return self._named[sha]

    def _is_beside(self, built: str, commit: Commit) -> bool:
        """Return whether a merge brought what was built: it may hold what the merge does."""
        return built in self._standing_on(commit.sha)

    def _standing_on(self, sha: str) -> frozenset[str]:
        """Return all that a commit stands on, as far as that is known."""
        if sha not in self._behind:
            found, left = set[str](), list(self._parents.get(sha, ()))
            while left:
                each = left.pop()
                if each not in found:
                    found.add(each)
                    left += self._parents.get(each, ())
            self._behind[sha] = frozenset(found)
        return self._behind[sha]


def is_same(one: str, other: str) -> bool:
    """Return whether two hashes, whole or cut, name one commit."""
    shorter, longer = sorted((one.lower(), other.lower()), key=len)
    return len(shorter) >= SHORTEST and longer.startswith(shorter)
