"""Carrying out a write: rehearsed freely, done for real at most once and only with a grant."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import structlog

from mcp_servers.common import figures, grants, halting
from mcp_servers.common.clock import rfc3339, utc_now
from mcp_servers.common.envelope import Answer, UnreachableError
from mcp_servers.common.figures import Figure
from mcp_servers.common.grants import Grant, Target, Verifier
from mcp_servers.common.toolset import Call
from mcp_servers.github.api import Api
from mcp_servers.github.repository import Repositories, Repository

TARGET_KIND = "Repository"
"""What grants are for: the owner stands where other targets have their namespace."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Done:
    """What a write did, where it is to be seen, and when (empty: now)."""

    detail: str
    url: str = ""
    at: str = ""


Doing = Callable[[Grant], Awaitable[Done]]
"""What is to be done, or left to do, of a write with a grant."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is, what the write would make of it, and how; `left_sha256` is the state it would leave.

    `offers` are arguments that a write after this one may take from its rehearsal; `show` tells what it
    would make of contents, in lines, and is asked for a rehearsal alone.
    """

    uid: str
    state_sha256: str
    result_sha256: str
    changes: tuple[str, ...]
    do: Doing
    warnings: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    left_sha256: str = ""
    offers: dict[str, str] = field(default_factory=dict)
    show: Callable[[], Awaitable[str]] | None = None

    async def rehearsed(self) -> dict[str, Any]:
        """Return it as the answer to a rehearsal.

        Raises:
            RefusedError, UnreachableError: The contents cannot be read.
        """
        optional = {"offers": self.offers, "diff": await self.show() if self.show else ""}
        return {
            **{name: told for name, told in optional.items() if told},
            "uid": self.uid,
            "state_sha256": self.state_sha256,
            "result_sha256": self.result_sha256,
            "left_sha256": self.left_sha256 or self.state_sha256,
            "changes": list(self.changes),
            "warnings": list(self.warnings),
            "figures": [each.model_dump(mode="json") for each in self.figures],
            "labels": {},
        }


class Deed(Protocol):
    """One write that was asked for."""

    async def look_back(self, grant: Grant) -> Done | Doing | None:
        """Return what this grant did already, or what is left of it; None when it was not used.

        Raises:
            RefusedError: Nobody can tell, or something else stands in its place.
        """

    async def look(self) -> Sight:
        """Return what there is and what the write would make of it.

        Raises:
            RefusedError: It cannot be done as things are.
        """


@dataclass(frozen=True, slots=True)
class Hand:
    """Reads with one credential, writes with another, and believes only the signer.

    While the file `halt` exists, or the kill switch is set, nothing is written.
    """

    reader: Api
    writer: Api
    allowed: tuple[str, ...]
    verifier: Verifier
    halt: Path | None
    is_kill_switch_set: bool = False
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def both(self, owner: str, name: str) -> tuple[Repository, Repository]:
        """Return a repository as the reading and as the writing credential sees it.

        Raises:
            RefusedError: `forbidden`: the server does not look at it.
        """
        full_name = f"{owner}/{name}"
        reading = Repositories(self.reader, self.allowed).of(full_name)
        return reading, Repositories(self.writer, self.allowed).of(full_name)

    async def perform(self, call: Call, deed: Deed, *, dry_run: bool) -> Answer:
        """Rehearse the write or do it.

        Raises:
            RefusedError: Something about the grant, the repository or its state forbids it, or GitHub
                takes no requests at the moment (`rate_limited`).
            UnreachableError: GitHub did not answer; asking again with the same grant is safe.
        """
        if dry_run:
            sight = await deed.look()
            return Answer(await sight.rehearsed())
        owner, name = str(call.arguments["namespace"]), str(call.arguments["name"])
        target = Target(kind=TARGET_KIND, namespace=owner, name=name)
        grant = self.verifier.admit(call, target)
        # One after the other: what a call looks back at is then never half done by another.
        async with self._turn:
            return await self._do(grant, target, deed)

    async def _do(self, grant: Grant, target: Target, deed: Deed) -> Answer:
        before = await deed.look_back(grant)
        if isinstance(before, Done):
            return self._told("already_applied", grant, target, before)
        self._require_going_on(grant)
        doing = before or await self._permitted(grant, deed)
        try:
            done = await doing(grant)
        except UnreachableError as err:
            reason = f"{err.reason}; it is unknown whether it was done: repeat with the same grant"
            raise UnreachableError(reason) from err
        except asyncio.CancelledError:
            _log.warning("write_interrupted", grant_id=grant.jti, target=str(target))
            raise
        _log.info("write_applied", grant_id=grant.jti, target=str(target))
        return self._told("applied", grant, target, done)

    async def _permitted(self, grant: Grant, deed: Deed) -> Doing:
        """Return what to do, when it is what was approved and nothing was stopped meanwhile."""
        sight = await deed.look()
        grants.require_unchanged(grant, uid=sight.uid, state_sha256=sight.state_sha256)
        numbers = figures.sha256(sight.figures)
        grants.require_same_result(grant, sight.result_sha256, numbers)
        self._require_going_on(grant)
        return sight.do

    def _require_going_on(self, grant: Grant) -> None:
        halting.require_none(self.halt, is_kill_switch_set=self.is_kill_switch_set)
        grants.require_in_time(grant, utc_now())

    def _told(self, said: str, grant: Grant, target: Target, done: Done) -> Answer:
        rate = self.writer.rate or self.reader.rate
        data: dict[str, Any] = {
            "outcome": said,
            "grant_id": grant.jti,
            "object": target.model_dump(),
            "at": done.at or rfc3339(utc_now()),
            "detail": done.detail,
            "url": done.url,
            "rate_limit": rate.model_dump(mode="json") if rate else None,
        }
        return Answer(data)
