"""Carrying out a write: rehearsed freely, done for real at most once and only with a grant."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from mcp_servers.common import figures, grants, halting
from mcp_servers.common.clock import rfc3339, utc_now
from mcp_servers.common.envelope import Answer, RefusedError, UnreachableError
from mcp_servers.common.grants import Grant, Target, Verifier
from mcp_servers.common.toolset import Call
from mcp_servers.kubernetes import manners, marks, state, stewards
from mcp_servers.kubernetes.alterations import Alteration
from mcp_servers.kubernetes.api import Api, Json
from mcp_servers.kubernetes.fields import count, section
from mcp_servers.kubernetes.kinds import Kind
from mcp_servers.kubernetes.manners import Manner
from mcp_servers.kubernetes.marks import Mark

MAX_ATTEMPTS = 5
"""How often a write starts again because someone else changed the object meanwhile."""

REHEARSAL = "rehearsal"
"""Stands for the grant's id while there is none."""

_TOO_RESTLESS = "the object changes too often to write to it safely"

Alter = Callable[[Json, str], Awaitable[Alteration]]
"""Given the live object and the grant's id, tells what to alter."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Write:
    """One write that was asked for."""

    call: Call
    kind: Kind
    namespace: str
    name: str
    alter: Alter
    dry_run: bool
    manner: Manner = manners.WORKLOAD

    @property
    def target(self) -> Target:
        """Return the object the arguments name."""
        return Target(kind=self.kind.name, namespace=self.namespace, name=self.name)


@dataclass(frozen=True, slots=True)
class Hand:
    """Reads with one credential, writes with another, and believes only the signer.

    While the file `halt` exists, or the kill switch is set, nothing is written; `protected`
    namespaces are never written to.
    """

    reader: Api
    writer: Api
    verifier: Verifier
    protected: frozenset[str]
    halt: Path | None
    is_kill_switch_set: bool = False

    async def perform(self, write: Write) -> Answer:
        """Rehearse the write or do it.

        Raises:
            RefusedError: Something about the grant, the target or its state forbids it; nothing
                was changed.
            UnreachableError: The cluster did not answer; asking again with the same grant is safe.
        """
        self.require_open(write.namespace)
        return await (self._rehearse(write) if write.dry_run else self._do(write))

    def require_open(self, namespace: str) -> None:
        """Refuse a namespace that is never written to.

        Raises:
            RefusedError: `forbidden`.
        """
        if namespace in self.protected:
            raise RefusedError("forbidden", f"namespace {namespace} is protected")

    async def _rehearse(self, write: Write) -> Answer:
        for _ in range(MAX_ATTEMPTS):
            live = await self._read(write)
            alteration = await write.alter(live, REHEARSAL)
            try:
                after = await self._patch(write, alteration.patch, live, dry_run=True)
            except RefusedError as err:
                if err.code != "conflict":
                    raise
                continue
            data: dict[str, Any] = {
                "state_sha256": write.manner.state_sha256(live),
                "result_sha256": write.manner.result_sha256(alteration, live),
                "figures": [each.model_dump(mode="json") for each in alteration.figures],
                "labels": state.labels_of(live),
                "left_sha256": write.manner.state_sha256(state.stepped(live, after)),
                "uid": state.uid_of(live),
                "changes": list(write.manner.differences(live, after)),
                "warnings": [*alteration.warnings, *stewards.warnings(live)],
            }
            if alteration.inverse is not None:
                data["inverse"] = alteration.inverse.dump(write.call.arguments)
            return Answer(data)
        raise RefusedError("conflict", _TOO_RESTLESS)

    async def _do(self, write: Write) -> Answer:
        grant = self.verifier.admit(write.call, write.target)
        for _ in range(MAX_ATTEMPTS):
            live = await self._read(write)
            used = marks.read(live)
            mark = marks.find(used, grant.jti)
            if mark is not None:
                return outcome("already_applied", write.target, mark, live)
            self.require_permission(
                grant, uid=state.uid_of(live), state_sha256=write.manner.state_sha256(live)
            )
            alteration = await write.alter(live, grant.jti)
            numbers = figures.sha256(alteration.figures, state.labels_of(live))
            result = write.manner.result_sha256(alteration, live)
            grants.require_same_result(grant, result, numbers)
            mark = Mark(
                id=grant.jti,
                tool=write.call.tool,
                at=rfc3339(utc_now()),
                detail=alteration.detail,
            )
            patch = _marked(alteration.patch, marks.written(used, mark))
            try:
                after = await self._patch(write, patch, live, dry_run=False)
            except RefusedError as err:
                if err.code != "conflict":
                    raise
                _log.info("write_conflicted", grant_id=grant.jti, target=str(write.target))
                continue
            _log.info("write_applied", grant_id=grant.jti, target=str(write.target))
            return outcome("applied", write.target, mark, after)
        raise RefusedError("conflict", _TOO_RESTLESS)

    def require_permission(self, grant: Grant, *, uid: str, state_sha256: str) -> None:
        """Refuse a grant that is halted, out of its time, or for another state than the live one.

        Raises:
            RefusedError: `halted`, `grant_expired`, `state_changed` and their like.
        """
        self.require_going_on(grant)
        grants.require_unchanged(grant, uid=uid, state_sha256=state_sha256)

    def require_going_on(self, grant: Grant) -> None:
        """Refuse a grant that is halted or out of its time, also in the middle of what it permits.

        Raises:
            RefusedError: `halted`, `grant_expired`, or `grant_invalid` before its time.
        """
        halting.require_none(self.halt, is_kill_switch_set=self.is_kill_switch_set)
        grants.require_in_time(grant, utc_now())

    async def _read(self, write: Write) -> Json:
        return await self.reader.get(write.kind, write.namespace, write.name)

    async def _patch(self, write: Write, patch: Json, live: Json, *, dry_run: bool) -> Json:
        """Send the one patch, which the server takes only if the object is as it was read."""
        version = section(live, "metadata").get("resourceVersion")
        metadata = {**section(patch, "metadata"), "resourceVersion": version}
        try:
            return await self.writer.merge_patch(
                write.kind,
                write.namespace,
                write.name,
                {**patch, "metadata": metadata},
                dry_run=dry_run,
            )
        except UnreachableError as err:
            if dry_run:
                raise
            reason = f"{err.reason}; it is unknown whether it was done: repeat with the same grant"
            raise UnreachableError(reason) from err
        except asyncio.CancelledError:
            _log.warning("write_interrupted", target=str(write.target), dry_run=dry_run)
            raise


def _marked(patch: Json, annotation: str) -> Json:
    """Put the mark into the same patch as the change: both happen or neither."""
    metadata = section(patch, "metadata")
    annotations = {**section(metadata, "annotations"), marks.ANNOTATION: annotation}
    return {**patch, "metadata": {**metadata, "annotations": annotations}}


def outcome(said: str, target: Target, mark: Mark, live: Json) -> Answer:
    """Return what came of a write, `applied` now or `already_applied` before."""
    data: dict[str, Any] = {
        "outcome": said,
        "grant_id": mark.id,
        "object": target.model_dump(),
        "generation": count(section(live, "metadata"), "generation"),
        "at": mark.at,
        "detail": mark.detail,
    }
    return Answer(data)
