"""What GitHub tells, as the answers show it: bounded, printable, without secrets."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from mcp_servers.common import limits
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.text import printable, shown, without_secrets_line_by_line
from mcp_servers.github import conflicts
from mcp_servers.github.answers import CommitHead, FileDiff, PullHead
from mcp_servers.github.revert.trees import blob_sha
from mcp_servers.github.told import Account, ChangedFile, Commit, Pull

MAX_FILES = 100
MAX_FILES_OF_COMMIT = 300
"""So many files GitHub tells of a commit at once; of one that has as many, more may be left out."""

MAX_PATCH_CHARS = 8_000
"""How much of one file's diff is shown."""

MAX_DIFF_CHARS = 60_000
"""How much of all diffs of an answer is shown."""

_READ_CHARS = 200_000
"""How much of a text is read to show its begin."""

_MARGIN_CHARS = 4000
"""How much is read beyond what is shown, since what has to be masked is told by its end as well."""

_TAB = "    "
_NOTHING = blob_sha(b"")
_SUBMODULE = re.compile(r"^[+-]Subproject commit [0-9a-f]{40}$", re.MULTILINE)


def commit(found: Commit) -> CommitHead:
    """Return a commit without its diff."""
    return CommitHead(
        sha=found.sha,
        message=lines(found.commit.message, limits.MAX_TEXT_CHARS),
        author=shown(conflicts.author_of(found), 100),
        authored_at=found.commit.author.date.astimezone(UTC),
        committed_at=found.commit.committer.date.astimezone(UTC),
        parents=tuple(parent.sha for parent in found.parents),
        url=found.html_url,
    )


def pull(found: Pull) -> PullHead:
    """Return a pull request without its content."""
    return PullHead(
        number=found.number,
        title=shown(found.title, 300),
        state="merged" if found.merged_at else found.state,
        is_draft=found.draft,
        author=login(found.user),
        base=shown(found.base.ref, 250),
        branch=shown(found.head.ref, 250),
        head_sha=found.head.sha,
        merge_commit_sha=(found.merge_commit_sha or "") if found.merged_at else "",
        created_at=found.created_at,
        merged_at=found.merged_at,
        closed_at=found.closed_at,
        labels=tuple(shown(label.name, 100) for label in found.labels[:20]),
        url=found.html_url,
    )


def files(found: Sequence[ChangedFile]) -> tuple[tuple[FileDiff, ...], tuple[str, ...]]:
    """Return the files of a change with their diffs, and what did not fit."""
    kept, left_out = limits.first(found, MAX_FILES, "files")
    room, cut, diffs = MAX_DIFF_CHARS, 0, list[FileDiff]()
    for each in kept:
        whole = lines(each.patch or "", _READ_CHARS, each.filename)
        patch = whole[: min(room, MAX_PATCH_CHARS)]
        is_cut = len(patch) < len(whole) or len(each.patch or "") > _READ_CHARS
        cut += is_cut
        room -= len(patch)
        diffs.append(
            FileDiff(
                path=shown(each.filename, 500),
                status=each.status,
                former_path=shown(each.previous_filename, 500),
                additions=each.additions,
                deletions=each.deletions,
                patch=patch,
                is_whole=not is_cut and _is_told(each),
            )
        )
    shortened = (f"the diffs of {cut} files are not shown whole",) if cut else ()
    return tuple(diffs), (*left_out, *shortened)


def _is_told(file: ChangedFile) -> bool:
    """Return whether GitHub tells all that changed in a file.

    Of a binary content it tells no lines, of a mode nothing, and of a submodule what its commit is called.
    """
    if file.patch:
        return not _SUBMODULE.search(file.patch)
    is_empty = file.status in {"added", "removed"} and file.sha == _NOTHING
    return is_empty or (file.status == "renamed" and not file.additions + file.deletions)


def lines(text: str, limit: int, path: str = "") -> str:
    """Return the begin of a text of several lines, of a file if so, as it may be shown; secrets may span lines."""
    readable = _readable(text[:_READ_CHARS], path)
    unread = len(text) - _READ_CHARS
    if unread <= 0:
        return limits.cut(readable, limit)
    kept = readable[:-_MARGIN_CHARS][:limit]
    return f"{kept}… ({len(readable) - len(kept) + unread} more characters)"


def some_lines(text: str, first: int, count: int, path: str = "") -> tuple[list[str], int]:
    """Return `count` lines of a whole file from the `first` on as they may be shown, and how many it has.

    What comes before them is read too: what has to be masked may begin there.
    """
    rows = text.replace("\r\n", "\n").split("\n")
    read, after = rows[: first - 1 + count], "\n".join(rows[first - 1 + count :])
    beyond = after[:_MARGIN_CHARS]
    readable = _readable("\n".join([*read, beyond] if beyond else read), path).split("\n")
    return readable[first - 1 : len(read)], len(rows)


def _readable(text: str, path: str) -> str:
    # Signs that nobody sees go first, as they can split the name of a secret in two.
    rows = text.replace("\r\n", "\n").replace("\t", _TAB).split("\n")
    return without_secrets_line_by_line("\n".join(map(printable, rows)), path)


def login(account: Account | None) -> str:
    """Return who an account is, empty when it is gone."""
    return shown(account.login, 100) if account else ""


def moment(name: str, value: str) -> str:
    """Return a time of an argument as GitHub takes it, empty when there is none.

    Raises:
        RefusedError: `invalid_arguments`.
    """
    if not value:
        return ""
    try:
        found = datetime.fromisoformat(value)
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        at = aware.astimezone(UTC)
    except (ValueError, OverflowError) as err:
        reason = f"{name} is no time such as 2026-01-31T13:45:00Z"
        raise RefusedError("invalid_arguments", reason) from err
    return at.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def more(is_all: bool, count: int, what: str) -> tuple[str, ...]:  # noqa: FBT001 - as a page has it
    """Return the sentence that there is more than was shown."""
    return () if is_all else (f"more than {count} {what}: older ones left out",)
