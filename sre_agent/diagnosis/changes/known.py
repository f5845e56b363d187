"""All that is known to have changed: what the timeline tells and what was seen of repositories, each once."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sre_agent.diagnosis.changes import of_github
from sre_agent.diagnosis.changes.of_github import Merged, Told
from sre_agent.diagnosis.incident.case import Case
from sre_agent.domain import trailers
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_SHA = re.compile(r"[0-9a-f]{40}")
_SHORT = 12
_AUTHORS_TOLD = 3
_CODE = frozenset({ChangeKind.COMMIT, ChangeKind.PULL_REQUEST})
_FILLED = ("message", "actor", "link", "repository")
"""What one telling of a change may lack and the other have."""

_NOT_TOLD = {"paths": (), "diff": "", "has_all_paths": False, "has_whole_diff": False}


@dataclass(frozen=True)
class Known:
    """The changes, what pull requests they came by, and what each commit stands on.

    `in_timeline` are the ids of those that have an entry there, `gone` the commits that their branch has
    no more, `unclear` the merges of which nobody knows which side the branch was; `is_looked_for` says
    whether anybody was asked what changed, whatever the answer.
    """

    changes: tuple[Told, ...] = ()
    merged: Mapping[str, Merged] = field(default_factory=dict)
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    in_timeline: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    is_looked_for: bool = False

    def name(self, change: Change) -> str:
        """Return what names a change: its entry in the timeline, else where it stands at GitHub."""
        if change.id in self.in_timeline or not change.commit:
            return change.id
        return f"github:{change.repository}@{change.commit[:_SHORT]}"

    def pull_request(self, change: Change) -> int | None:
        """Return the number of the pull request that became a change, where one did."""
        came = self.merged.get(change.commit)
        if came:
            return came.pull_request.number
        told = (
            other.key.rpartition(":")[2]
            for _, other in self.changes
            if other.kind is ChangeKind.PULL_REQUEST
            and other.source is ChangeSource.GITHUB
            and change.commit
            and other.commit == change.commit
        )
        return next((int(number) for number in told if number.isdigit()), None)

    def taking_back(self, change: Change) -> dict[str, str | int]:
        """Return what names a change to whoever takes it back: nothing of one that nobody here can.

        `commit` is what stands on the branch, `branch` the one it came to, as far as that is known.
        """
        is_code = change.kind in _CODE
        is_named = _REPOSITORY.fullmatch(change.repository) and _SHA.fullmatch(change.commit)
        if not (is_code and is_named and change.source is ChangeSource.GITHUB):
            return {}
        if change.commit in self.gone | self.unclear:
            return {}
        came, number = self.merged.get(change.commit), self.pull_request(change)
        return {
            "repository": change.repository,
            "commit": change.commit,
            **({"pull_request": number} if number else {}),
            **({"branch": came.pull_request.base} if came and came.pull_request.base else {}),
        }


def read(case: Case) -> Known:
    """Return what is known to have changed around an incident."""
    seen = of_github.changes(case.repositories, case.incident.started_at)
    timeline = _without_hearsay(_timeline(case), seen)
    joined = _without_own(_joined(timeline, seen), case)
    merged = of_github.merged(case.repositories)
    there = (change.commit for _, change in timeline.values())
    came = of_github.lineages(case.repositories, there)
    unclear = of_github.unclear(case.repositories)
    once = _unsure(_folded(joined, came.brought_by, merged), came.perhaps_by, unclear)
    return Known(
        changes=tuple(once[id_] for id_ in sorted(once)),
        merged=merged,
        parents=of_github.parents(case.repositories),
        in_timeline=frozenset(timeline),
        gone=of_github.gone(
            case.repositories,
            (change for _, change in timeline.values()),
            case.incident.started_at,
        ),
        unclear=unclear,
        is_looked_for=bool(timeline or case.repositories.lists),
    )


def _timeline(case: Case) -> dict[str, Told]:
    """Return every change of the timeline once, with the newest evidence that tells of it."""
    found: dict[str, Told] = {}
    for seen in case.changes:
        found.update({change.id: (seen.id, change) for change in seen.fact.changes})
    return found


def _without_hearsay(timeline: Mapping[str, Told], seen: Sequence[Told]) -> dict[str, Told]:
    """Return the timeline without what others told of code that GitHub itself tells of.

    Whoever may post a change could else say what a commit did, and when.
    """
    told = [change for _, change in (*timeline.values(), *seen)]
    own = (
        each.commit for each in told if each.source is ChangeSource.GITHUB and each.kind in _CODE
    )
    vouched = sorted({sha for sha in own if sha})

    def is_vouched(sha: str) -> bool:
        at = bisect_left(vouched, sha)
        return bool(sha) and at < len(vouched) and vouched[at].startswith(sha)

    return {
        id_: (source, change)
        for id_, (source, change) in timeline.items()
        if change.source is ChangeSource.GITHUB
        or change.kind not in _CODE
        or not is_vouched(change.commit)
    }


def _without_own(joined: Mapping[str, Told], case: Case) -> dict[str, Told]:
    """Return the changes without the incident's own repairs, by the grants that they bear.

    Only grants of its own log count: anybody can write such a line, and nobody guesses one before it
    is minted, when what broke was there already. And only a commit that GitHub tells of bears one:
    its message is fixed with what it did, where whoever may post a change, or edit the text of a pull
    request, could excuse any commit afterwards.
    """
    minted = {grant for seen in case.changes for grant in seen.fact.grants}
    own = {
        change.commit
        for _, change in joined.values()
        if change.kind is ChangeKind.COMMIT
        and change.source is ChangeSource.GITHUB
        and trailers.grant_of(change.message) in minted
    } - {""}
    return {id_: told for id_, told in joined.items() if told[1].commit not in own}


def _joined(timeline: Mapping[str, Told], seen: Iterable[Told]) -> dict[str, Told]:
    """Return both as one: a commit that both tell of is one change, and whose diff is longer tells it."""
    found = dict(timeline)
    commits = {
        (change.repository.lower(), change.commit): id_
        for id_, (_, change) in timeline.items()
        if change.kind is ChangeKind.COMMIT and change.commit
    }
    for told in seen:
        _, change = told
        place = (change.repository.lower(), change.commit)
        same = commits.get(place, change.id) if change.kind is ChangeKind.COMMIT else change.id
        id_ = change.id if change.id in found else same
        found[id_] = _both(found[id_], told) if id_ in found else told
    return found


def _both(told: Told, seen: Told) -> Told:
    """Return one change of two tellings: when it took effect is for the timeline to say."""
    (told_id, first), (seen_id, other) = told, seen
    is_fuller = len(other.diff) > len(first.diff)
    update: dict[str, object] = {
        name: getattr(other, name) for name in _FILLED if not getattr(first, name)
    }
    if is_fuller:
        update |= {"diff": other.diff, "has_whole_diff": other.has_whole_diff}
    listed = [each for each in (first, other) if each.paths]
    update["paths"] = tuple(dict.fromkeys(path for each in listed for path in each.paths))
    update["has_all_paths"] = not listed or any(each.has_all_paths for each in listed)
    if other.is_in_effect and not first.is_in_effect and first.kind is ChangeKind.DEPLOY:
        update["state"] = other.state
    return (seen_id if is_fuller else told_id), first.model_copy(update=update)


def _folded(
    joined: Mapping[str, Told], brought_by: Mapping[str, str], merged: Mapping[str, Merged]
) -> dict[str, Told]:
    """Return the changes, what a merge brought within the merge: it is what can be taken back."""
    commits = {
        change.commit: id_
        for id_, (_, change) in joined.items()
        if change.kind is ChangeKind.COMMIT and change.commit
    }
    inside: dict[str, list[str]] = {}
    for sha, merge in sorted(brought_by.items()):
        if sha in commits and merge in commits:
            inside.setdefault(merge, []).append(commits[sha])
    found = dict(joined)
    for merge, ids in inside.items():
        parts = sorted((found.pop(id_) for id_ in ids), key=lambda told: (told[1].at, told[1].id))
        found[commits[merge]] = _whole(found[commits[merge]], parts, merged.get(merge))
    return found


def _whole(told: Told, parts: Sequence[Told], came: Merged | None) -> Told:
    id_, merge = told
    inner = [change for _, change in parts]
    by = list(dict.fromkeys(change.actor for change in inner if change.actor))[:_AUTHORS_TOLD]
    author = came.pull_request.author if came else ", ".join(by)
    diffs = [(source, change.diff) for source, change in parts if change.diff]
    texts = [merge.message, *(change.message or change.summary for change in inner)]
    update: dict[str, object] = {
        "message": "\n\n".join(dict.fromkeys(filter(None, texts))),
        "paths": tuple(
            dict.fromkeys([*merge.paths, *(path for item in inner for path in item.paths)])
        ),
        "actor": author or merge.actor,
    }
    if not merge.paths:  # else these are all that it brought
        update["has_all_paths"] = all(item.paths and item.has_all_paths for item in inner)
    if not merge.diff and diffs:
        id_ = diffs[0][0]
        update["diff"] = "\n".join(diff for _, diff in diffs)
        update["has_whole_diff"] = all(item.diff and item.has_whole_diff for item in inner)
    return id_, merge.model_copy(update=update)


def _unsure(
    found: Mapping[str, Told], perhaps_by: Mapping[str, str], unclear: frozenset[str]
) -> dict[str, Told]:
    """Return the changes with what is sure of merges of which nobody knows which side the branch was.

    What such a merge differs by from its first parent may be everybody's work: its own is not known. What
    it may have brought came with it at the latest, and so may have been nowhere before.
    """
    code = {id_: told for id_, told in found.items() if told[1].kind in _CODE}
    at = {change.commit: change.at for _, change in code.values() if change.commit in unclear}
    sure = dict(found)
    for id_, (source, change) in code.items():
        if change.commit in unclear:
            sure[id_] = (source, change.model_copy(update=_NOT_TOLD))
        elif merge_at := at.get(perhaps_by.get(change.commit, "")):
            later = {"at": max(change.at, merge_at)}
            sure[id_] = (source, change.model_copy(update=later))
    return sure
