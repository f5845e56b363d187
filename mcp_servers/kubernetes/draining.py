"""Emptying a node: closed first, then its pods evicted one after the other, each at most once.

The mark on the node comes with its closing and lists the pods that the approver saw, each by its
uid, so that no other pod is ever evicted. What became of each is noted there. Whoever comes again
with the same grant after a crash goes on with the pods that are still there; a pod that went without
a note is told as gone, not as evicted. What a budget keeps until time is up stays, and is told.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from mcp_servers.common import canonical, figures, grants
from mcp_servers.common.clock import rfc3339, utc_now
from mcp_servers.common.envelope import Answer, RefusedError, ToolFailureError, UnreachableError
from mcp_servers.common.figures import Figure
from mcp_servers.common.grants import Grant, Target
from mcp_servers.common.toolset import Call
from mcp_servers.kubernetes import evictability, kinds, manners, marks, node_edits
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.evictability import Load, Terms
from mcp_servers.kubernetes.eviction import Evicting
from mcp_servers.kubernetes.fields import entries, section, text
from mcp_servers.kubernetes.marks import Mark, PodMark
from mcp_servers.kubernetes.state import labels_of, uid_of
from mcp_servers.kubernetes.writing import MAX_ATTEMPTS, Hand, outcome

TOOL = "drain_node"
PARTLY = "partly_done"
"""The code of what was done in part: no refusal and no success."""
_PARALLEL = 8
_NAMED = 30
"""So many pods are named in an answer; of more, how many."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Draining:
    """Empties nodes with the same hand that changes workloads."""

    hand: Hand
    evicting: Evicting

    async def perform(self, call: Call, name: str, terms: Terms, *, dry_run: bool) -> Answer:
        """Rehearse the emptying of a node or do it.

        Raises:
            RefusedError: Something about the grant, the node or its pods forbids it; with
                `partly_done` the node is closed and pods are left that should have gone.
            UnreachableError: The cluster did not answer; asking again with the same grant is safe.
        """
        target = Target(kind=kinds.NODE.name, namespace="", name=name)
        if dry_run:
            return await self._rehearse(target, terms)
        return await self._do(target, terms, self.hand.verifier.admit(call, target))

    async def _rehearse(self, target: Target, terms: Terms) -> Answer:
        node, load = await self._look(target, terms)
        closed = await self._patch(target, node, {"spec": {"unschedulable": True}}, dry_run=True)
        kept = await self._rehearse_evictions(load)
        is_closed = node_edits.is_closed(node)
        data: dict[str, Any] = {
            "state_sha256": state_sha256(node, load),
            "result_sha256": result_sha256(node, load),
            "left_sha256": manners.node_sha256(closed),
            "figures": [each.model_dump(mode="json") for each in _figures(load)],
            "labels": labels_of(node),
            "uid": uid_of(node),
            "changes": [
                *([] if is_closed else [f"node {target.name} takes no more pods"]),
                *(f"pod {place} is evicted" for place in _named(_places(load))),
            ],
            "warnings": [*kept, *_left(load), *_lost(load)],
        }
        if not is_closed:
            data["inverse"] = {"tool": "uncordon_node", "arguments": {"name": target.name}}
        return Answer(data)

    async def _rehearse_evictions(self, load: Load) -> list[str]:
        """Return which pods their budgets keep at this moment."""
        gate = asyncio.Semaphore(_PARALLEL)

        async def kept(pod: Json) -> str:
            async with gate:
                why = await self.evicting.rehearse(_mark_of(pod))
            return f"pod {evictability.place_of(pod)} has to wait: {why}" if why else ""

        return [each for each in await asyncio.gather(*map(kept, load.evicted)) if each]

    async def _do(self, target: Target, terms: Terms, grant: Grant) -> Answer:
        for _ in range(MAX_ATTEMPTS):
            node = await self.hand.reader.get(kinds.NODE, "", target.name)
            used = marks.read(node)
            mark = marks.find(used, grant.jti)
            if mark is not None and mark.outcome != "begun":
                return _told("already_applied", target, mark, node)
            if mark is not None:
                # Out of its time it is renewed under the same id, and goes on.
                grants.require_in_time(grant, utc_now())
                return await self._go_on(target, grant, mark)
            mark = await self._begin(target, terms, grant, node, used)
            if mark is not None:
                return await self._go_on(target, grant, mark)
        raise RefusedError("conflict", "the node changes too often to write to it safely")

    async def _begin(
        self, target: Target, terms: Terms, grant: Grant, node: Json, used: tuple[Mark, ...]
    ) -> Mark | None:
        """Close the node and note on it what is to go; None when someone else was quicker."""
        load = await self._load(node, terms)
        state = state_sha256(node, load)
        self.hand.require_permission(grant, uid=uid_of(node), state_sha256=state)
        numbers = figures.sha256(_figures(load), labels_of(node))
        grants.require_same_result(grant, result_sha256(node, load), numbers)
        mark = Mark(
            id=grant.jti,
            tool=TOOL,
            at=rfc3339(utc_now()),
            detail=f"closed node {target.name} to evict {len(load.evicted)} pods",
            outcome="begun",
            pods=tuple(map(_mark_of, load.evicted)),
        )
        annotations = {marks.ANNOTATION: marks.written(used, mark)}
        body = {"spec": {"unschedulable": True}, "metadata": {"annotations": annotations}}
        try:
            await self._patch(target, node, body)
        except RefusedError as err:
            if err.code != "conflict":
                raise
            return None
        _log.info("drain_begun", grant_id=grant.jti, target=str(target), pods=len(mark.pods))
        return mark

    async def _go_on(self, target: Target, grant: Grant, mark: Mark) -> Answer:
        """Evict what is left of what was approved, and note how it ended."""

        async def note(pods: tuple[PodMark, ...]) -> None:
            try:
                await self._note(target, mark.model_copy(update={"pods": pods}))
            except ToolFailureError as err:
                # The pod went even so; whoever comes again finds it gone.
                _log.warning("mark_not_written", grant_id=mark.id, reason=err.reason)

        end = await self.evicting.all(mark.pods, note, lambda: self._stop(grant))
        told = f"node {target.name} is closed; {_summary(end.pods)}"
        ended = mark.model_copy(
            update={
                "outcome": "partly" if end.obstacle else "done",
                "detail": f"{told}; {end.obstacle}" if end.obstacle else told,
                "pods": (),
            }
        )
        try:
            node = await self._note(target, ended)
        except RefusedError as err:
            reason = f"{ended.detail}; that could not be noted: {err.reason}"
            raise UnreachableError(reason) from err
        _log.info("drain_ended", grant_id=grant.jti, target=str(target), outcome=ended.outcome)
        return _told("applied", target, ended, node)

    def _stop(self, grant: Grant) -> str:
        """Return why no further pod may be evicted now, or an empty text."""
        try:
            self.hand.require_going_on(grant)
        except RefusedError as err:
            return err.reason
        return ""

    async def _look(self, target: Target, terms: Terms) -> tuple[Json, Load]:
        node = await self.hand.reader.get(kinds.NODE, "", target.name)
        return node, await self._load(node, terms)

    async def _load(self, node: Json, terms: Terms) -> Load:
        await node_edits.require_another(self.hand.reader, node)
        name = text(section(node, "metadata"), "name")
        listed = await self.hand.reader.list(kinds.POD, fields=f"spec.nodeName={name}")
        return evictability.sort(entries(listed, "items"), terms)

    async def _patch(
        self, target: Target, node: Json, body: Json, *, dry_run: bool = False
    ) -> Json:
        """Change the node if it is as it was read."""
        version = section(node, "metadata").get("resourceVersion")
        metadata = {**section(body, "metadata"), "resourceVersion": version}
        return await self.hand.writer.merge_patch(
            kinds.NODE, "", target.name, {**body, "metadata": metadata}, dry_run=dry_run
        )

    async def _note(self, target: Target, mark: Mark) -> Json:
        """Put the newer version of a mark onto the node, which may change at any time."""
        for _ in range(MAX_ATTEMPTS):
            node = await self.hand.reader.get(kinds.NODE, "", target.name)
            annotations = {marks.ANNOTATION: marks.written(marks.read(node), mark)}
            try:
                return await self._patch(target, node, {"metadata": {"annotations": annotations}})
            except RefusedError as err:
                if err.code != "conflict":
                    raise
        raise RefusedError("conflict", "the node changes too often to note on it what was done")


def state_sha256(node: Json, load: Load) -> str:
    """Return the hash of what an approval is bound to: the node, whether it is closed, the pods."""
    is_closed = node_edits.is_closed(node)
    return canonical.sha256({"uid": uid_of(node), "unschedulable": is_closed, "pods": _uids(load)})


def result_sha256(node: Json, load: Load) -> str:
    """Return the hash of what it leads to: a closed node without these pods."""
    return canonical.sha256({"closed": uid_of(node), "evicted": _uids(load)})


def _told(said: str, target: Target, mark: Mark, node: Json) -> Answer:
    if mark.outcome == "partly":
        raise RefusedError(PARTLY, mark.detail)
    return outcome(said, target, mark, node)


def _mark_of(pod: Json) -> PodMark:
    metadata = section(pod, "metadata")
    return PodMark(
        namespace=text(metadata, "namespace"), name=text(metadata, "name"), uid=uid_of(pod)
    )


def _uids(load: Load) -> list[str]:
    return sorted(map(uid_of, load.evicted))


def _figures(load: Load) -> tuple[Figure, ...]:
    return (Figure(name="evicted_pods", before=None, after=len(load.evicted)),)


def _places(load: Load) -> list[str]:
    return [evictability.place_of(pod) for pod in load.evicted]


def _named(places: Sequence[str]) -> tuple[str, ...]:
    more = len(places) - _NAMED
    return (*places[:_NAMED], *((f"(and {more} more)",) if more > 0 else ()))


def _left(load: Load) -> list[str]:
    return [f"pod {name} stays: it {why}" for name, why in load.left[:_NAMED]]


def _lost(load: Load) -> list[str]:
    losing = [
        pod
        for pod in load.evicted
        if any("emptyDir" in volume for volume in entries(pod, "spec", "volumes"))
    ]
    return [f"{len(losing)} pods lose what is in their emptyDir volumes"] if losing else []


def _summary(pods: Sequence[PodMark]) -> str:
    """Return how many went, how many of them without being seen to be evicted, and what is left."""
    evicted = sum(pod.outcome == "evicted" for pod in pods)
    gone = sum(pod.outcome == "gone" for pod in pods)
    parts = [f"evicted {evicted} of {len(pods)} pods"]
    parts += [f"{gone} were gone"] if gone else []
    kept = [f"{pod.namespace}/{pod.name}" for pod in pods if not pod.outcome]
    return "; ".join([*parts, *([f"left: {', '.join(_named(kept))}"] if kept else [])])
