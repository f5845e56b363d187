"""Commits that were taken back, live, before the trouble began: what they did was over by then.

A revert counts where it stands on the commit by the history of the repository. By its words alone
whoever may post a change could make one up, and excuse any commit.
"""

import re
from collections.abc import Iterator

from sre_agent.diagnosis.changes import reach
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
    """Return whether a commit says that it takes another back, and touches all that this one did."""
    named = (match[1] for match in _NAMED.finditer(other.message))
    is_named = any(commit.sha.startswith(start) for start in named)
    return is_named and set(commit.paths) <= set(other.paths)
