"""Which bar it is that keeps a pod out, where several stand before different nodes."""

from collections.abc import Mapping
from dataclasses import dataclass

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.kubernetes.scheduling import demands
from sre_agent.diagnosis.kubernetes.scheduling.sentence import Bar, Verdict
from sre_agent.diagnosis.kubernetes.scheduling.taints import control_plane
from sre_agent.diagnosis.kubernetes.scheduling.unplaced import Unplaced
from sre_agent.diagnosis.kubernetes.view import View

_OF_LABELS = frozenset({Bar.SELECTOR, Bar.NODE_AFFINITY, Bar.NODE_NAME})
_OF_NODES = frozenset({Bar.UNSCHEDULABLE, Bar.TAINT})
_CONTROL_PLANE_WORDS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")


@dataclass(frozen=True)
class Decided:
    """A bar, the nodes it stands before (names, where they are known), and how much that weighs."""

    bar: Bar
    nodes: tuple[str, ...]
    count: int
    weight: float


def decide(view: View, item: Unplaced) -> tuple[Decided, ...]:
    """Return the bars that matter, the decisive one first.

    Nodes whose labels the pod does not want, or that its volume cannot be reached from, say nothing
    by their cordon or taint; if the pod wants no node at all, its selector or affinity is it. Nodes
    of the control plane count only where nothing else is left. Of the rest the bar before most of
    the nodes decides.
    """
    if item.by_node:
        return _by_arithmetic(view, item)
    return _by_words(item) if item.verdict else ()


def _by_arithmetic(view: View, item: Unplaced) -> tuple[Decided, ...]:
    wanted = {name: bars for name, bars in item.by_node.items() if not bars & _OF_LABELS}
    reached = {name: bars for name, bars in wanted.items() if Bar.VOLUME not in bars}
    wanted = reached or wanted
    said = item.verdict.counts if item.verdict else None
    weight = weights.CONTRADICTION if said is None else weights.CLUSTER_SAYS_AND_SHOWS
    if not wanted:
        return _labels(view, item, weight)
    hidden = _hidden_affinity(item, weight)
    if hidden:
        return hidden
    reserved = control_plane(view)
    open_ = {name: bars for name, bars in wanted.items() if name not in reserved} or wanted
    found = _counted(open_, said)
    if found:
        return _ranked(found, said or {}, weight)
    return _by_words(item) if item.verdict else ()


def _labels(view: View, item: Unplaced, weight: float) -> tuple[Decided, ...]:
    """Return which of selector and affinity no node meets; both where each alone is met."""
    spec, nodes = item.pod.spec, view.snapshot.nodes
    selected = [node for node in nodes if demands.matches_selector(spec, node)]
    liked = [node for node in nodes if demands.matches_affinity(spec, node)]
    names = tuple(sorted(item.by_node))
    found = []
    if spec.node_selector and (not selected or liked):
        found.append(Decided(Bar.SELECTOR, names, len(names), weight))
    if spec.node_terms and (not liked or selected):
        found.append(Decided(Bar.NODE_AFFINITY, names, len(names), weight))
    return tuple(found)


def _hidden_affinity(item: Unplaced, weight: float) -> tuple[Decided, ...]:
    """Return the affinity where the scheduler refused nodes by labels that the selector allows.

    The answers that people read leave affinity out; what the selector does not explain is its work.
    A DaemonSet pins each pod to its node that way, so there it explains nothing.
    """
    refused = sum(item.verdict.counts.get(bar, 0) for bar in _OF_LABELS) if item.verdict else 0
    by_selector = sum(Bar.SELECTOR in bars for bars in item.by_node.values())
    if item.pod.spec.node_terms or _is_pinned(item) or refused <= by_selector:
        return ()
    return (Decided(Bar.NODE_AFFINITY, (), refused, weight),)


def _is_pinned(item: Unplaced) -> bool:
    return item.owner.kind == "DaemonSet"


def _counted(
    nodes: Mapping[str, frozenset[Bar]], said: Mapping[Bar, int] | None
) -> dict[Bar, tuple[str, ...]]:
    """Return the nodes by bar.

    Where the scheduler spoke, only bars that it named count, and those as well that no arithmetic
    here can see; where it did not, nothing counts as long as a node is free.
    """
    found: dict[Bar, list[str]] = {}
    for name, bars in sorted(nodes.items()):
        for bar in bars:
            if said is None or bar in said:
                found.setdefault(bar, []).append(name)
    if said is None:
        return {bar: tuple(names) for bar, names in found.items()} if all(nodes.values()) else {}
    unseen = (bar for bar in said if bar not in found and bar not in _OF_LABELS | _OF_NODES)
    return {bar: tuple(names) for bar, names in found.items()} | dict.fromkeys(unseen, ())


def _ranked(
    found: Mapping[Bar, tuple[str, ...]], said: Mapping[Bar, int], weight: float
) -> tuple[Decided, ...]:
    # Some node has the volume: if it is none of those that complain of it, it is one of the others.
    counts = {bar: len(names) or said.get(bar, 0) for bar, names in found.items()}
    ordered = sorted(counts.items(), key=lambda pair: (pair[0] is Bar.VOLUME, -pair[1], pair[0]))
    return tuple(
        Decided(bar, found[bar], count, weight if number == 0 else weights.LIKELY)
        for number, (bar, count) in enumerate(ordered)
    )


def _by_words(item: Unplaced) -> tuple[Decided, ...]:
    """Return what the sentence alone decides.

    A node is asked for its cordon and taints before its labels, and for its labels before its room:
    where room is short, labels were right; where both labels and a cordon are named, the more
    frequent is it, the cordon of a single node being that of the control plane.
    """
    verdict = item.verdict
    if verdict is None:
        return ()
    counts = {
        bar: count for bar, count in verdict.counts.items() if not _is_by_design(verdict, bar)
    }
    if _is_pinned(item):
        counts = {bar: count for bar, count in counts.items() if bar not in _OF_LABELS} or counts
    beyond = {bar: count for bar, count in counts.items() if bar not in _OF_LABELS | _OF_NODES}
    chosen = beyond or counts or verdict.counts
    ordered = sorted(
        chosen.items(),
        key=lambda pair: (pair[0] is Bar.VOLUME, -pair[1], pair[0] in _OF_LABELS, pair[0]),
    )
    return tuple(
        Decided(bar, (), count, weights.POD_STATE if number == 0 else weights.LIKELY)
        for number, (bar, count) in enumerate(ordered)
    )


def _is_by_design(verdict: Verdict, bar: Bar) -> bool:
    words = " ".join(verdict.details.get(bar, ()))
    if bar is Bar.TAINT:
        return any(name in words for name in _CONTROL_PLANE_WORDS)
    return bar is Bar.UNSCHEDULABLE and verdict.counts[bar] == 1 < verdict.nodes
