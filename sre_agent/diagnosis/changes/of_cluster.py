"""What a cluster shows that it was changed: revisions, settings that were written, scaling, nodes."""

import re
from collections.abc import Iterator
from datetime import datetime

from sre_agent.diagnosis.changes import (
    AT_ONCE,
    LOOK_BACK,
    going_live,
    known,
    releases,
    scalings,
    written,
)
from sre_agent.diagnosis.incident import objects
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.changes import ObjectChange
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource

_RESCALED = re.compile(r"New size: (\d+)")
_NODE_REASONS = frozenset(
    {"NodeNotReady", "NodeReady", "NodeNotSchedulable", "NodeSchedulable", "Rebooted", "Drain"}
)
_OF_OBJECT = {
    "ConfigMap": ChangeKind.CONFIG,
    "Secret": ChangeKind.SECRET,
    "ResourceQuota": ChangeKind.QUOTA,
    "LimitRange": ChangeKind.QUOTA,
    "HorizontalPodAutoscaler": ChangeKind.SCALING,
}
_SUMMARY_MAX = 300


def changes(case: Case) -> tuple[Change, ...]:
    """Return what a case shows of changes, oldest first; looked at again, each has the same id."""
    found = [*_rollouts(case), *_written(case), *_scaled(case), *_rescaled(case), *_nodes(case)]
    by_id = {change.id: change for change in found}
    return tuple(sorted(by_id.values(), key=lambda item: (item.at, item.id)))


def _rollouts(case: Case) -> Iterator[Change]:
    told = [change for _, change in known.read(case).changes]
    for ref in sorted({*case.workloads, *case.histories}, key=str):
        for release in releases(case, ref):
            number = release.revision.number
            commit = next(iter(going_live.brought(release, told)), "")
            what = release.what_changed
            yield _change(
                case,
                ref,
                release.started_at,
                key=f"rollout:{ref}:{number}",
                kind=ChangeKind.ROLLOUT,
                summary=f"revision {number}" + (f": {what}" if what else ""),
                image=", ".join(release.revision.images),
                version=str(number),
                commit=commit,
                services=(ref.name,),
            )


def _written(case: Case) -> Iterator[Change]:
    cluster = objects.of(case)
    if cluster is None:
        return
    view = View(cluster)
    for item in written.recent(view, case.now - 2 * LOOK_BACK):
        kind = _OF_OBJECT.get(item.ref.kind)
        if kind:
            yield _change(
                case,
                item.ref,
                written.at(item),
                key=f"written:{item.ref}:{item.at_s:.0f}",
                kind=kind,
                summary=_said(item),
                services=tuple(ref.name for ref in written.reached(view, item)),
            )


def _said(item: ObjectChange) -> str:
    return f"{item.ref.kind} {item.ref.name} {'was made' if item.is_new else 'was written'}"


def _scaled(case: Case) -> Iterator[Change]:
    """Yield what somebody scaled; what an autoscaler says itself that it did stands there."""
    rescaled = list(_rescaled(case))
    for ref in sorted(case.events_of, key=str):
        for item in scalings.scalings(case, ref):
            is_told = any(
                other.namespace == ref.namespace
                and other.after == str(item.after)
                and abs(other.at - item.at) <= AT_ONCE
                for other in rescaled
            )
            before = "" if item.before is None else str(item.before)
            if not is_told:
                yield _change(
                    case,
                    ref,
                    item.at,
                    key=f"scaled:{ref}:{item.at.timestamp():.0f}",
                    kind=ChangeKind.SCALING,
                    summary=f"scaled{f' from {before}' if before else ''} to {item.after}",
                    before=before,
                    after=str(item.after),
                    services=(ref.name,),
                )


def _rescaled(case: Case) -> Iterator[Change]:
    for seen in case.events:
        event = seen.fact
        found = _RESCALED.search(event.message) if event.reason == "SuccessfulRescale" else None
        if found and event.last_at:
            yield _change(
                case,
                event.object,
                event.last_at,
                key=f"scaled:{event.object}:{event.last_at.timestamp():.0f}",
                kind=ChangeKind.SCALING,
                summary=f"scaled to {found[1]}: {event.message}",
                after=found[1],
                services=(event.object.name,),
            )


def _nodes(case: Case) -> Iterator[Change]:
    for seen in case.events:
        event = seen.fact
        if event.object.kind == "Node" and event.reason in _NODE_REASONS and event.last_at:
            yield _change(
                case,
                event.object,
                event.last_at,
                key=f"node:{event.object}:{event.reason}:{event.last_at.timestamp():.0f}",
                kind=ChangeKind.NODE,
                summary=f"{event.reason}: {event.message}",
            )


def _change(
    case: Case,
    ref: ObjectRef,
    at: datetime,
    *,
    key: str,
    kind: ChangeKind,
    summary: str,
    **more: str | tuple[str, ...],
) -> Change:
    return Change.model_validate(
        {
            "key": key,
            "source": ChangeSource.CLUSTER,
            "kind": kind,
            "summary": summary[:_SUMMARY_MAX],
            "at": at,
            "told_at": case.now,
            "cluster_id": case.incident.cluster_id,
            "namespace": ref.namespace,
            "object": str(ref),
            **more,
        }
    )
