"""No cause established: why not, and which evidence would settle it."""

from collections.abc import Mapping, Sequence

from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.catalogue import Layer
from sre_agent.domain.causes import Cause
from sre_agent.domain.likelihood import in_percent

MIN_CONFIDENCE = 0.5
"""Below this the best cause is wrong more often than right."""
CLOSE = 0.5
"""A cause with more than this share of the best one's confidence is a rival."""

KINDS_OF: Mapping[Layer, tuple[str, ...]] = {
    Layer.ADMISSION: ("Event", "ResourceQuota", "LimitRange", "ServiceAccount"),
    Layer.SCHEDULING: ("Event", "Node", "Pod"),
    Layer.NODES: ("Node", "Pod", "Event"),
    Layer.STORAGE: ("PersistentVolumeClaim", "PersistentVolume", "StorageClass", "Event"),
    Layer.IMAGES: ("Pod", "Event"),
    Layer.CONFIG: ("ConfigMap", "Secret", "Service", "Pod"),
    Layer.STARTUP: ("Pod", "Event"),
    Layer.RUNTIME: ("Pod", "Event"),
    Layer.WORKLOADS: ("Deployment", "ReplicaSet", "Event"),
    Layer.ROUTING: ("Service", "Endpoints", "Pod"),
    Layer.NETWORKING: ("NetworkPolicy", "Service", "Node"),
    Layer.DEPENDENCIES: ("Service", "Pod"),
    Layer.PERFORMANCE: ("Pod", "Node"),
    Layer.SECURITY: ("ServiceAccount", "RoleBinding"),
    Layer.CHANGES: ("ReplicaSet", "Event"),
}
"""What has to be listed before a fault of a layer can be told from its neighbours."""


def explain(board: Board, causes: Sequence[Cause]) -> str | None:
    """Return why the ranked causes establish none, with what is missing, or None when one is."""
    top = causes[0]
    if top.confidence >= MIN_CONFIDENCE:
        return None
    rivals = rivals_of(causes)
    if rivals:
        named = " and ".join(_named(item) for item in (top, *rivals[:1]))
        told = f"{named} are too close to tell apart"
    else:
        told = f"the best, {_named(top)}, has too little for it"
    return f"{told}. Missing: {'; '.join(missing(board, causes))}."


def rivals_of(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Return the causes that come close to the best one."""
    return tuple(item for item in causes[1:] if item.confidence > CLOSE * causes[0].confidence)


def missing(board: Board, causes: Sequence[Cause]) -> tuple[str, ...]:
    """Return which evidence would settle the leading causes: how they differ, and what was not read."""
    top, rivals = causes[0], rivals_of(causes)
    found = []
    for rival in rivals[:1]:
        how = board.catalogue.told_apart(top.fault_class, rival.fault_class)
        if how:
            found.append(how)
    unread = unread_kinds(board, (top, *rivals))
    if unread:
        found.append(f"nobody listed every {', '.join(unread)}")
    return tuple(found) or (f"for {top.fault_class}, {board.catalogue[top.fault_class].signs[0]}",)


def unread_kinds(board: Board, causes: Sequence[Cause]) -> tuple[str, ...]:
    """Return the kinds that the causes' layers need and that were not listed, most needed first."""
    wanted = [kind for item in causes for kind in KINDS_OF[board.catalogue[item.fault_class].layer]]
    return tuple(dict.fromkeys(kind for kind in wanted if not board.view.knows_all(kind)))


def _named(cause: Cause) -> str:
    return f"{cause.fault_class} of {cause.object.name} ({in_percent(cause.confidence)})"
