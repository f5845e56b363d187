"""Commits that were taken back, live, before the trouble began: what they did was over by then.

A revert counts where it stands on the commit by the history of the repository. By its words alone
whoever may post a change could make one up, and excuse any commit.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from sre_agent.diagnosis.changes import harmless, reach
from sre_agent.diagnosis.changes import patch as patches
from sre_agent.diagnosis.changes.reach import Arrival
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.domain.changes import Commit

_NAMED = re.compile(
    r"\b(?:[Rr]everts commit|[Tt]akes back (?:commit|pull request #\d+, which ended with)) ([0-9a-f]{7,40})\b"
)
"""How git words a revert, and how the GitHub server does."""


def before_onset(scene: Scene, commit: Commit) -> Arrival | None:
    """Return how the revert of a commit went live before the onset, where neither came back since."""
    own = [item.deploy.at_s for item in reach.arrivals(scene, commit) if item.is_own]
    for arrival in _undone(scene, commit, frozenset()):
        again = (at_s for at_s in own if arrival.deploy.at_s < at_s <= scene.latest_s)
        if next(again, None) is None:
            return arrival
    return None


def _undone(scene: Scene, commit: Commit, seen: frozenset[str]) -> Iterator[Arrival]:
    """Yield how each revert of a commit went live before the onset, unless it was taken back itself."""
    seen |= {commit.sha}
    for other in scene.told.commits:
        is_later = scene.builds.stands_on(other.sha, commit.sha)
        if other.sha in seen or not is_later or not _takes_back(other, commit):
            continue
        came = [item for item in reach.arrivals(scene, other) if item.deploy.at_s < scene.onset_s]
        if came and next(_undone(scene, other, seen), None) is None:
            yield max(came, key=lambda item: (item.is_own, item.deploy.at_s))


def _takes_back(other: Commit, commit: Commit) -> bool:
    """Return whether a commit says that it takes another back, and does, as far as both were told."""
    named = (match[1] for match in _NAMED.finditer(other.message))
    if not any(commit.sha.startswith(start) for start in named):
        return False
    is_told = harmless.is_read(commit) and harmless.is_read(other)
    return set(commit.paths) <= set(other.paths) and (not is_told or _puts_back(other, commit))


def _puts_back(other: Commit, commit: Commit) -> bool:
    """Return whether all lines of code that one took away are there again, and those that it added gone.

    Where a conflict was settled by hand, what did the harm may have stayed.
    """
    did, undid = patches.read(commit.diff), patches.read(other.diff)
    removed, added = _lines(did.removed), _lines(did.added)
    return removed - added <= _lines(undid.added) and added - removed <= _lines(undid.removed)


def _lines(code: Iterable[str]) -> Counter[str]:
    return Counter(" ".join(line.split()) for line in code)
