"""Stored data that a change migrated: neither a revert nor an earlier revision takes that back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sre_agent.diagnosis import changes
from sre_agent.diagnosis.changes import lasting, placing, reach
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.proposing.attributing import Attribution
from sre_agent.diagnosis.proposing.told_changes import ROLLED_OUT_WITHIN_S
from sre_agent.domain.changes import Commit

TOLD_MAX = 3
"""So many files are named."""
PATH_CHARS = 160


def warned(situation: Situation, found: Attribution, item: Hypothesis) -> Hypothesis:
    """Return a suspect with the migrations that taking its change or its release back would cross, if any."""
    commits = [*_of_change(found, item), *_of_release(situation, found, item)]
    paths = dict.fromkeys(path for commit in commits for path in lasting.migrations(commit))
    return replace(item, facts={**item.facts, "migrations": _told([*paths])}) if paths else item


def _of_change(found: Attribution, item: Hypothesis) -> Iterator[Commit]:
    """Yield the commit that a suspect is blamed for."""
    change, culprit = found.suspect, found.culprit
    if change and culprit and item.facts.get("change") == found.known.name(change):
        yield culprit.commit


def _of_release(situation: Situation, found: Attribution, item: Hypothesis) -> Iterator[Commit]:
    """Yield the commits that came to a workload with or after the first revision that a rollback undoes."""
    former = item.facts.get("previous_revision")
    known = {
        release.revision.number: release.started_at.timestamp()
        for release in changes.releases(situation.case, item.object)
    }
    if not isinstance(former, int) or former not in known:
        return
    later = [at_s for number, at_s in known.items() if number > former]
    if not later:
        return
    undone = _Undone(
        found.scene,
        placing.called(situation, item.object),
        known[former],
        min(later) - ROLLED_OUT_WITHIN_S,
    )
    yield from (commit for commit in found.scene.told.commits if undone.brought(commit))


@dataclass(frozen=True)
class _Undone:
    """What a rollback takes away: what came to a service since, and was not in what it returns to."""

    scene: Scene
    service: str
    former_s: float
    since_s: float

    def brought(self, commit: Commit) -> bool:
        """Return whether a commit is among it: as its first arrival tells, else as what was built stands on it."""
        arrivals = reach.arrivals(self.scene, commit)
        came = [item.deploy.at_s for item in arrivals if item.deploy.service == self.service]
        return min(came) >= self.since_s if came else self._holds(commit)

    def _holds(self, commit: Commit) -> bool:
        deploys = self.scene.told.deploys
        services = {*self.scene.failing, *(deploy.service for deploy in deploys)} - {self.service}
        is_anothers = any(reach.is_of(self.scene, name, commit) for name in services)
        return (commit.at_s > self.former_s and not is_anothers) and any(
            self.scene.builds.holds(deploy.sha, commit)
            for deploy in deploys
            if deploy.service == self.service and deploy.at_s >= self.since_s and deploy.sha
        )


def _told(paths: list[str]) -> str:
    named = [" ".join(path.split())[:PATH_CHARS] for path in paths[:TOLD_MAX]]
    more = len(paths) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
