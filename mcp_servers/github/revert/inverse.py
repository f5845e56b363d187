"""Taking one change back on top of a branch, path by path: what follows, and what stands in the way.

The three sides are those of a merge whose origin is the change itself: `changed` is the tree that the
change left, `before` the one it found, `head` what the branch holds today. Whatever is the same in
`changed` and `before` stays as it is in `head`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mcp_servers.github.revert import folder_moves, renames, texts
from mcp_servers.github.revert.trees import Entry, Tree, blob_sha, folders, folders_of

Edits = dict[str, Entry | None]
"""Paths of the branch and what they become; None is removed."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A path that cannot be taken back without losing somebody's work, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A file that both the change and later work touched: the contents to be merged, by their names.

    `there` is what stands at the path now.
    """

    path: str
    there: Entry | None
    mode: str
    origin: str
    ours: str
    theirs: str

    @property
    def contents(self) -> tuple[str, str, str]:
        """Return the names of the three contents."""
        return self.origin, self.ours, self.theirs


@dataclass(slots=True)
class Draft:
    """An inverse before its texts are merged."""

    edits: Edits = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Inverse:
    """What taking a change back makes of a branch; with any conflict nothing may be made of it.

    `blobs` are the contents that no revision holds yet, by their names.
    """

    edits: Mapping[str, Entry | None]
    blobs: Mapping[str, bytes]
    conflicts: tuple[Conflict, ...]


def draft(changed: Tree, before: Tree, head: Tree) -> Draft:
    """Return what follows for each path, with the merges of texts still to be done."""
    drafting = _Drafting(changed, before, head)
    return drafting.done()


def settled(found: Draft, contents: Mapping[str, bytes], unmerged: Collection[str] = ()) -> Inverse:
    """Return the inverse with its texts merged, given every content that the draft names.

    What is `unmerged` are paths whose contents nobody but a person may put together.
    """
    edits, blobs, conflicts = dict(found.edits), dict[str, bytes](), list(found.conflicts)
    for merge in found.merges:
        if merge.path in unmerged:
            kept = ".gitattributes keeps it from being merged as a text"
            conflicts.append(Conflict(merge.path, f"it was changed since, and {kept}"))
            continue
        origin, ours, theirs = (contents[sha] for sha in merge.contents)
        if why := texts.why_not((origin, ours, theirs)):
            conflicts.append(Conflict(merge.path, f"it was changed since, and {why}"))
            continue
        merged = texts.merge(origin, ours, theirs)
        if merged is None:
            why = "the same lines, or lines right beside them, were changed since"
            conflicts.append(Conflict(merge.path, why))
            continue
        entry = Entry(merge.mode, blob_sha(merged), len(merged))
        if entry != merge.there:
            edits[merge.path] = entry
            blobs[entry.sha] = merged
    conflicts.sort(key=lambda conflict: conflict.path)
    return Inverse(edits=edits, blobs=blobs, conflicts=tuple(conflicts))


class _Drafting:
    """One draft in the making."""

    def __init__(self, changed: Tree, before: Tree, head: Tree) -> None:
        self.changed, self.before, self.head = changed, before, head
        self.our_renames = renames.exact(changed, head)
        self.their_renames = renames.exact(changed, before)
        self.our_added = {path: head[path] for path in head.keys() - changed.keys()}
        self.their_added = {path: before[path] for path in before.keys() - changed.keys()}
        self.found = Draft()
        self.is_placed = set[str]()

    def done(self) -> Draft:
        for path in sorted(self.changed.keys() & self.before.keys()):
            if self.changed[path] != self.before[path]:
                self._altered(path)
        for path in sorted(self.changed.keys() - self.before.keys()):
            self._came(path)
        for path in sorted(self.their_added.keys() - self.is_placed):
            self._left(path)
        self.found.conflicts += self._in_each_others_way()
        moved = folder_moves.conflicts(self.changed, self.before, self.head)
        self.found.conflicts += [Conflict(path, why) for path, why in moved]
        return self.found

    def _altered(self, path: str) -> None:
        """Take back what the change altered in a path that was there before and after it."""
        if path in self.head:
            self._merge(path, path, path)
            return
        renamed = self.our_renames.get(path)
        if renamed is None:
            self._refuse(path, "it was deleted since, or renamed and changed")
        elif renamed in self.their_added:
            self._refuse(path, f"it was renamed since to {renamed}, which the change removed")
        else:
            self._merge(renamed, path, path, head_path=renamed)

    def _came(self, path: str) -> None:
        """Take away what came with the change, whether it was new or renamed."""
        former = self.their_renames.get(path)
        if former is not None:
            self._renamed_by_change(path, former)
        elif path not in self.head:
            self._gone_already(path)
        elif self.head[path] == self.changed[path]:
            self.found.edits[path] = None
        else:
            self._refuse(path, "it came with the change and was changed since")

    def _renamed_by_change(self, path: str, former: str) -> None:
        self.is_placed.add(former)
        renamed = self.our_renames.get(path)
        if path in self.head:
            if former in self.head:
                self._refuse(former, f"the change renamed it to {path}, and it was made anew since")
                return
            self._merge(former, path, former, head_path=path)
            self.found.edits[path] = None
        elif renamed == former:
            self._merge(former, path, former, head_path=former)
        else:
            now = f"renamed to {renamed}" if renamed else "deleted or renamed"
            self._refuse(path, f"the change renamed it from {former}, and it was {now} since")

    def _gone_already(self, path: str) -> None:
        """Leave a path gone that came with the change, unless it may live on under another name."""
        old = self.changed[path]
        if path in self.our_renames:
            self._refuse(
                path, f"it came with the change and was renamed since to {self.our_renames[path]}"
            )
        elif renames.could_be_any(old, self.our_added.values()):
            self._refuse(path, "it came with the change and was deleted since, or renamed")
        elif renames.could_be_any(old, self.their_added.values()):
            self._refuse(path, "it may be a renamed file of the change, and was deleted since")

    def _left(self, path: str) -> None:
        """Bring back what the change removed."""
        wanted, there = self.before[path], self.head.get(path)
        if there is None:
            self.found.edits[path] = wanted
        elif there != wanted:
            self._refuse(path, "the change removed it, and it was made anew since")
        elif self._may_be_renamed(wanted):
            self._refuse(path, "the change removed it, and it may be another file renamed since")

    def _may_be_renamed(self, entry: Entry) -> bool:
        """Return whether an entry that both sides have may have come from a path that either lost."""
        lost = (self.changed.keys() - self.head.keys()) | (self.changed.keys() - self.before.keys())
        return any(renames.may_be(self.changed[path], entry) for path in lost)

    def _merge(self, at: str, origin: str, before: str, *, head_path: str | None = None) -> None:
        """Merge the three entries of a path, and put what follows at `at`."""
        old, theirs = self.changed[origin], self.before[before]
        ours = self.head[head_path or origin]
        if ours == old:
            self._put(at, theirs)
        elif ours == theirs:
            self._put(at, ours)
        elif not all(each.is_regular for each in (old, ours, theirs)):
            self._refuse(at, f"it is a {ours.kind} now and was changed since")
        else:
            self._merge_files(at, old, ours, theirs)

    def _merge_files(self, at: str, old: Entry, ours: Entry, theirs: Entry) -> None:
        mode = theirs.mode if ours.mode == old.mode else ours.mode
        if ours.sha in {old.sha, theirs.sha}:
            self._put(at, replace(theirs, mode=mode))
        elif theirs.sha == old.sha:
            self._put(at, replace(ours, mode=mode))
        else:
            self.found.merges.append(
                Merge(at, self.head.get(at), mode, old.sha, ours.sha, theirs.sha)
            )

    def _put(self, path: str, entry: Entry) -> None:
        if self.head.get(path) != entry:
            self.found.edits[path] = entry

    def _in_each_others_way(self) -> Iterator[Conflict]:
        """Yield the paths that would be a file and a folder at once."""
        wanted = [path for path, entry in self.found.edits.items() if entry is not None]
        removed = {path for path, entry in self.found.edits.items() if entry is None}
        kept = (self.head.keys() - removed) | set(wanted)
        are_folders = folders(kept)
        for path in wanted:
            blocking = next((each for each in folders_of(path) if each in kept), None)
            if blocking is not None:
                yield Conflict(path, f"{blocking} is a file now")
            elif path in are_folders:
                yield Conflict(path, "it is a folder now")

    def _refuse(self, path: str, why: str) -> None:
        self.found.conflicts.append(Conflict(path, why))
