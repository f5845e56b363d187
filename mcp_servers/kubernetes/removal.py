"""Deleting or evicting a pod, at most once and only with a grant.

A pod that is deleted cannot bear the mark of the grant. Its controller bears it: `begun` before the
deletion and `done` after. The deletion itself names the pod's uid and resource version, so that it
can befall this one pod only, and only as it was seen. Whoever comes again after a crash finds the
pod alive (then nothing has happened yet), or `done` (then this grant did it), or the pod gone and
no more than `begun`: then nobody can tell who did it, and that is what is answered.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog

from mcp_servers.common import canonical, figures, grants
from mcp_servers.common.clock import rfc3339, utc_now
from mcp_servers.common.envelope import Answer, RefusedError, UnreachableError
from mcp_servers.common.grants import Grant, Target
from mcp_servers.common.toolset import Call
from mcp_servers.kubernetes import controllers, kinds, marks, pod_warnings
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.controllers import Controller
from mcp_servers.kubernetes.fields import section, text
from mcp_servers.kubernetes.marks import Mark
from mcp_servers.kubernetes.state import labels_of, uid_of
from mcp_servers.kubernetes.writing import MAX_ATTEMPTS, Hand, outcome

NEVER = frozenset({"kube-system"})
"""Namespaces in which no pod is ever deleted, whatever the settings protect."""

_WAITS = 8
_WAIT_S = 0.25
"""How long another call with the same grant is given to note that it is done."""

EVICTION = "evict_pod"
"""The tool that asks disruption budgets first; any other deletes whatever they say."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Removal:
    """Deletes and evicts pods with the same hand that changes deployments."""

    hand: Hand

    async def perform(self, call: Call, namespace: str, name: str, *, dry_run: bool) -> Answer:
        """Rehearse the deletion or eviction, or do it.

        Raises:
            RefusedError: Something about the grant, the pod, its controller or its disruption budget
                forbids it; with `outcome_unknown` the pod is gone and nobody can tell by whom.
            UnreachableError: The cluster did not answer; asking again with the same grant is safe.
        """
        self.hand.require_open(namespace)
        if namespace in NEVER:
            raise RefusedError("forbidden", f"no pod of {namespace} is ever deleted")
        target = Target(kind=kinds.POD.name, namespace=namespace, name=name)
        if dry_run:
            return await self._rehearse(target, call.tool)
        return await self._do(target, self.hand.verifier.admit(call, target))

    async def _rehearse(self, target: Target, tool: str, attempts: int = MAX_ATTEMPTS) -> Answer:
        try:
            return await self._rehearse_once(target, tool)
        except RefusedError as err:
            if err.code != "conflict" or attempts == 1:
                raise
        return await self._rehearse(target, tool, attempts - 1)

    async def _rehearse_once(self, target: Target, tool: str) -> Answer:
        pod = await self.hand.reader.get(kinds.POD, target.namespace, target.name)
        if _is_leaving(pod):
            raise RefusedError("conflict", "the pod is being deleted already")
        controller = await controllers.of(self.hand.reader, pod)
        used = marks.read(controller.live, marks.DELETIONS)
        await self._mark(controller, marks.dumped(used), dry_run=True)
        await self._remove(target, tool, pod, dry_run=True)
        data: dict[str, Any] = {
            "state_sha256": state_sha256(pod, controller),
            "result_sha256": result_sha256(pod, controller),
            "figures": [],
            "labels": labels_of(pod),
            "uid": uid_of(pod),
            "changes": [
                f"pod {target.name} is {_done_by(tool)}",
                f"{controller.kind.name} {controller.name} replaces it",
            ],
            "warnings": await pod_warnings.about(self.hand.reader, pod, controller),
            "controller": {
                "kind": controller.kind.name,
                "namespace": target.namespace,
                "name": controller.name,
            },
        }
        return Answer(data)

    async def _do(self, target: Target, grant: Grant) -> Answer:
        for _ in range(MAX_ATTEMPTS):
            pod = await self._find(target)
            if pod is None or uid_of(pod) != grant.target_uid or _is_leaving(pod):
                return await self._look_back(target, grant, pod)
            controller = await controllers.of(self.hand.reader, pod)
            used = marks.read(controller.live, marks.DELETIONS)
            mark = marks.find(used, grant.jti)
            state = state_sha256(pod, controller)
            self.hand.require_permission(grant, uid=uid_of(pod), state_sha256=state)
            numbers = figures.sha256((), labels_of(pod))
            grants.require_same_result(grant, result_sha256(pod, controller), numbers)
            try:
                if mark is None:
                    mark = _begun(target, grant)
                    await self._mark(controller, marks.written(used, mark))
                await self._remove(target, grant.tool, pod)
            except RefusedError as err:
                if err.code not in {"conflict", "not_found"}:
                    raise
                _log.info("write_conflicted", grant_id=grant.jti, target=str(target))
                continue
            _log.info("write_applied", grant_id=grant.jti, target=str(target))
            await self._note_done(controller, mark)
            return outcome("applied", target, mark, pod)
        raise RefusedError("conflict", "the pod changes too often to delete it safely")

    async def _find(self, target: Target) -> Json | None:
        try:
            return await self.hand.reader.get(kinds.POD, target.namespace, target.name)
        except RefusedError as err:
            if err.code == "not_found":
                return None
            raise

    async def _look_back(self, target: Target, grant: Grant, pod: Json | None) -> Answer:
        """Tell by the marks whether this grant deleted the pod that is no more, or is leaving."""
        for _ in range(_WAITS):
            mark = await controllers.mark_in(self.hand.reader, target.namespace, grant.jti)
            if mark is None:
                raise _never_begun(pod, grant)
            if mark.outcome == "done":
                return outcome("already_applied", target, mark, pod or {})
            await asyncio.sleep(_WAIT_S)
        raise RefusedError(
            "outcome_unknown",
            f"{target} is gone and grant {grant.jti} had begun to have it go, but it is not noted "
            "whether it was this grant that did",
        )

    async def _mark(
        self, controller: Controller, annotation: str, *, dry_run: bool = False
    ) -> None:
        """Write the marks onto the controller, if it is as it was read."""
        metadata = section(controller.live, "metadata")
        body = {
            "metadata": {
                "resourceVersion": metadata.get("resourceVersion"),
                "annotations": {marks.DELETIONS: annotation},
            }
        }
        await self.hand.writer.merge_patch(
            controller.kind, text(metadata, "namespace"), controller.name, body, dry_run=dry_run
        )

    async def _remove(self, target: Target, tool: str, pod: Json, *, dry_run: bool = False) -> None:
        metadata = section(pod, "metadata")
        only_if = {key: text(metadata, key) for key in ("uid", "resourceVersion")}
        place = (target.namespace, target.name)
        writer = self.hand.writer
        try:
            if tool == EVICTION:
                await writer.evict(*place, only_if=only_if, dry_run=dry_run)
            else:
                await writer.delete(kinds.POD, *place, only_if=only_if, dry_run=dry_run)
        except UnreachableError as err:
            if dry_run:
                raise
            reason = f"{err.reason}; it is unknown whether it was done: repeat with the same grant"
            raise UnreachableError(reason) from err
        except asyncio.CancelledError:
            _log.warning("write_interrupted", target=str(target), dry_run=dry_run)
            raise

    async def _note_done(self, controller: Controller, mark: Mark) -> None:
        """Note on the controller what was done; it was done even if this fails."""
        done = mark.model_copy(update={"outcome": "done"})
        namespace = text(section(controller.live, "metadata"), "namespace")
        for _ in range(MAX_ATTEMPTS):
            try:
                live = await self.hand.reader.get(controller.kind, namespace, controller.name)
                used = marks.read(live, marks.DELETIONS)
                await self._mark(Controller(controller.kind, live), marks.written(used, done))
            except RefusedError as err:
                if err.code == "conflict":
                    continue
                _log.warning("mark_not_written", grant_id=mark.id, reason=err.reason)
            except UnreachableError as err:
                _log.warning("mark_not_written", grant_id=mark.id, reason=err.reason)
            return


def state_sha256(pod: Json, controller: Controller) -> str:
    """Return the hash of what an approval of a pod's deletion is bound to; health does not count."""
    return canonical.sha256(
        {"uid": uid_of(pod), "spec": section(pod, "spec"), "controller": controller.identity}
    )


def result_sha256(pod: Json, controller: Controller) -> str:
    """Return the hash of what the deletion leads to: this pod gone, replaced by its controller."""
    return canonical.sha256({"deleted": uid_of(pod), "replaced_by": controller.identity})


def _is_leaving(pod: Json) -> bool:
    return bool(section(pod, "metadata").get("deletionTimestamp"))


def _done_by(tool: str) -> str:
    return "evicted" if tool == EVICTION else "deleted"


def _begun(target: Target, grant: Grant) -> Mark:
    return Mark(
        id=grant.jti,
        tool=grant.tool,
        at=rfc3339(utc_now()),
        detail=f"{_done_by(grant.tool)} pod {target.name} (uid {grant.target_uid})",
        outcome="begun",
    )


def _never_begun(pod: Json | None, grant: Grant) -> RefusedError:
    if pod is None:
        return RefusedError("not_found", "there is no such pod any more")
    if uid_of(pod) != grant.target_uid:
        reason = "the pod was replaced by another of its name since the approval"
        return RefusedError("grant_not_for_this_target", reason)
    return RefusedError("state_changed", "the pod is being deleted by someone else")
