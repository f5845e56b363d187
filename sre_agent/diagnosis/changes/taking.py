"""Changes as what attribution judges: commits, deploys and flags.

A setting that was written is judged as a commit that went live at once; a commit that switches flags in
their files, as these flags: programs read them while they run, and nothing is deployed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff

from sre_agent.diagnosis.changes import environments, switches
from sre_agent.diagnosis.changes.environments import Where
from sre_agent.diagnosis.changes.sides import MASK
from sre_agent.domain.changes import Commit, Deploy, FlagChange
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource

Naming = Callable[[str, str], str]
"""From a namespace and what a service is called there to the name of its workload."""

_CODE = frozenset({ChangeKind.COMMIT, ChangeKind.PULL_REQUEST})
_SETTINGS = frozenset({ChangeKind.CONFIG, ChangeKind.SECRET})
_LIVE = frozenset({ChangeKind.DEPLOY, ChangeKind.ROLLOUT})
JUDGED = _CODE | {ChangeKind.FLAG} | _SETTINGS | _LIVE
"""Kinds that attribution has rules for; the others are shown and judged by nobody."""


@dataclass(frozen=True)
class Taken:
    """What was changed, and which entry each commit (by hash) and flag stands for."""

    commits: tuple[Commit, ...]
    deploys: tuple[Deploy, ...]
    flags: tuple[FlagChange, ...]
    of_commit: Mapping[str, Change]
    of_flag: Mapping[FlagChange, Change]


def take(told: Iterable[tuple[EvidenceId, Change]], name: Naming, environment: str = "") -> Taken:
    """Return what took effect in an environment, each commit once: a pull request speaks for its merge."""
    here = (item for item in told if item[1].is_in_effect and _may_be_in(item[1], environment))
    in_effect = sorted(here, key=lambda item: (item[1].at, item[1].id))
    flags = _flags(in_effect, name)
    in_code = {change.commit for _, change in flags if change.kind in _CODE}
    commits: dict[str, Commit] = {}
    entries: dict[str, Change] = {}
    deploys: list[Deploy] = []
    for id_, change in in_effect:
        if change.kind in _CODE and change.commit and change.commit not in in_code:
            known = commits.get(change.commit)
            commits[change.commit] = _commit(change, id_, known)
            if known is None or change.kind is ChangeKind.COMMIT:
                entries[change.commit] = change
        elif change.kind in _SETTINGS:
            commits[change.id] = _setting(change, id_)
            entries[change.id] = change
            deploys += _deploys(change, id_, name, environment, sha=change.id)
        elif change.kind in _LIVE:
            deploys += _deploys(change, id_, name, environment, sha=change.commit)
    return Taken(
        commits=tuple(commits.values()),
        deploys=tuple(deploys),
        flags=tuple(flag for flag, _ in flags),
        of_commit=entries,
        of_flag=dict(flags),
    )


def _may_be_in(change: Change, environment: str) -> bool:
    """Return whether a change may have been made in an environment; code is made in none."""
    is_elsewhere = environments.where(change, environment) is Where.ELSEWHERE
    return change.kind in _CODE or not is_elsewhere


def _flags(
    told: Sequence[tuple[EvidenceId, Change]], name: Naming
) -> Sequence[tuple[FlagChange, Change]]:
    """Return each switch of a flag, by service."""
    return tuple(
        (flag, change)
        for id_, change in told
        for flag in (*_flagged(change, id_, name), *_switched(change, id_, name))
    )


def _commit(change: Change, source: EvidenceId, known: Commit | None) -> Commit:
    message = "\n\n".join(dict.fromkeys(part for part in (change.summary, change.message) if part))
    found = Commit(
        sha=change.commit,
        at_s=change.at.timestamp(),
        message=message,
        paths=change.paths,
        diff=change.diff,
        has_all_paths=change.has_all_paths,
        has_whole_diff=change.has_whole_diff,
        author=change.actor,
        repository=change.repository,
        source=source,
    )
    if known is None:
        return found
    both = f"{known.message}\n\n{found.message}"
    listed, shown = known if known.paths else found, known if known.diff else found
    return replace(
        known,
        at_s=min(known.at_s, found.at_s),
        message=both,
        paths=listed.paths,
        diff=shown.diff,
        has_all_paths=listed.has_all_paths,
        has_whole_diff=shown.has_whole_diff,
    )


def _setting(change: Change, source: EvidenceId) -> Commit:
    """Return what was written as a commit; of what is secret only where it stands is known."""
    path = f"config/{(change.object or change.summary).replace(' ', '-')}.yaml"
    diff, is_whole = change.diff, change.has_whole_diff
    if not diff and (change.before or change.after) and change.kind is ChangeKind.CONFIG:
        before, after = change.before.splitlines(), change.after.splitlines()
        rows = unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="")
        diff = "\n".join(rows)
        is_whole = MASK not in f"{change.before}{change.after}"
    return Commit(
        sha=change.id,
        at_s=change.at.timestamp(),
        message=f"{change.summary}\n\n{change.message}".strip(),
        paths=change.paths or (path,),
        diff=diff,
        has_whole_diff=is_whole,
        author=change.actor,
        source=source,
    )


def _deploys(
    change: Change, source: EvidenceId, name: Naming, environment: str, *, sha: str
) -> Sequence[Deploy]:
    """Return what went live by service; without a name of one, the repository is called like it."""
    services = change.services or (change.repository.rpartition("/")[2],)
    return [
        Deploy(
            service=name(change.namespace, service),
            at_s=change.at.timestamp(),
            sha=sha,
            version=change.version or change.image,
            environment=change.environment,
            is_surely_here=environments.where(change, environment) is Where.HERE,
            is_vouched=change.source is ChangeSource.GITHUB,
            source=source,
        )
        for service in services
        if service
    ]


def _flagged(change: Change, source: EvidenceId, name: Naming) -> Sequence[FlagChange]:
    """Return a flag as it was switched for each service, or for nobody in particular."""
    if change.kind is not ChangeKind.FLAG:
        return ()
    return [
        FlagChange(
            flag=change.object or change.summary,
            at_s=change.at.timestamp(),
            change=f"{change.before}->{change.after}" if change.before or change.after else "",
            service=service and name(change.namespace, service),
            source=source,
        )
        for service in change.services or ("",)
    ]


def _switched(change: Change, source: EvidenceId, name: Naming) -> Sequence[FlagChange]:
    """Return the flags that a commit switched, where it did nothing else."""
    if change.kind is not ChangeKind.COMMIT or not switches.is_of_flags(change.paths):
        return ()
    return [
        FlagChange(
            flag=switch.flag,
            at_s=change.at.timestamp(),
            change=f"{switch.before}->{switch.after}",
            service=name(change.namespace, switch.under) if switch.under else "",
            source=source,
        )
        for switch in switches.read(change.diff)
    ]
