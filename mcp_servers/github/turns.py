"""Words are said once: GitHub takes the same comment twice, but makes a ref of one name only once.

Whoever is about to say something for a grant makes a ref of the grant's name. Its commit, which no
branch holds, names who made it and when: a server that comes again knows its own, and that of one
that died is taken over once nothing of it can be under way any more.
"""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mcp_servers.common.clock import utc_now
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.grants import Grant
from mcp_servers.github import told
from mcp_servers.github.repository import Repository
from mcp_servers.github.writing import Doing, Done

REFS = "sre-agent/grants"
"""Below `refs/`, where no branch or tag is."""

OVER_AFTER = timedelta(seconds=120)
"""Twice as long as a tool may take: who began something that long ago has ended it."""

_NOT_OURS_TO_MAKE = frozenset({"forbidden", "not_found"})
"""Refusals of a credential that may speak and not push: then only one server should write."""

Saying = Callable[[Grant], Awaitable[Done]]
LookingBack = Callable[[Grant], Awaitable[Done | Doing | None]]


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is to say something; `at` is when it was taken."""

    by: str
    at: datetime


async def once(writer: Repository, grant: Grant, look_back: LookingBack, say: Saying) -> Done:
    """Say something unless it was said, or is being said, by whoever else has the same grant.

    Raises:
        RefusedError: `outcome_unknown`: another server is at it, or was a moment ago.
    """
    ref = f"{REFS}/{grant.jti}"
    is_held = await _take(writer, ref)
    before = await look_back(grant)
    if isinstance(before, Done):
        return before
    done = await say(grant)
    if is_held:
        # Left behind it harms nobody: what was said is found before it is asked for.
        with suppress(RefusedError):
            await writer.api.delete(writer.path("git", "refs", *ref.split("/")))
    return done


async def _take(writer: Repository, ref: str) -> bool:
    """Make the ref; return False where the credential may not."""
    try:
        sha = await _commit(writer)
        await writer.api.post(writer.path("git", "refs"), {"ref": f"refs/{ref}", "sha": sha})
    except RefusedError as err:
        if err.code in _NOT_OURS_TO_MAKE:
            return False
        if err.code != "invalid_arguments":
            raise
        turn = await _holder(writer, ref)
        is_over = turn is not None and utc_now() >= turn.at + OVER_AFTER
        if turn is None or not (turn.by == writer.api.own_name or is_over):
            reason = "another server is at it with the same grant, or was a moment ago: ask again"
            raise RefusedError("outcome_unknown", reason) from err
    return True


async def _commit(writer: Repository) -> str:
    """Return a commit of this moment, which nobody sees."""
    about = await writer.about()
    head = await writer.branch_sha(about.default_branch)
    if head is None:
        raise RefusedError("not_found", f"{about.full_name} has no commit yet")
    tree = (await writer.git_commit(head)).tree.sha
    message = json.dumps({"by": writer.api.own_name, "at": utc_now().isoformat()})
    body = {"message": message, "tree": tree, "parents": [head]}
    return told.read(told.Sha, await writer.api.post(writer.path("git", "commits"), body)).sha


async def _holder(writer: Repository, ref: str) -> Turn | None:
    """Return who made the ref; None where nobody can tell."""
    try:
        sha = await writer.ref_sha(ref)
        message = (await writer.git_commit(sha)).message if sha else ""
        said = json.loads(message)
        at = datetime.fromisoformat(said["at"])
        return Turn(str(said["by"]), at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, KeyError, TypeError):
        return None
