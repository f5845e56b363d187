"""Why a pod finds no node, in a sentence with the labels, taints and numbers it rests on."""

from collections.abc import Callable, Iterable

from sre_agent.diagnosis.kubernetes.amounts import written
from sre_agent.diagnosis.kubernetes.scheduling import demands
from sre_agent.diagnosis.kubernetes.scheduling.deciding import Decided
from sre_agent.diagnosis.kubernetes.scheduling.sentence import Bar
from sre_agent.diagnosis.kubernetes.scheduling.taints import untolerated
from sre_agent.diagnosis.kubernetes.scheduling.unplaced import Unplaced
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.nodes import Node, Taint

_RESOURCES = {
    Bar.CPU: "cpu",
    Bar.MEMORY: "memory",
    Bar.EPHEMERAL_STORAGE: "ephemeral-storage",
}
_PLAIN = {
    Bar.ANTI_AFFINITY: "hold pods that it must not stand beside",
    Bar.AFFINITY: "hold none of the pods that it must stand beside",
    Bar.SPREAD: "would get more of its kind than its topology spread allows",
    Bar.VOLUME: "cannot reach its volume",
    Bar.VOLUME_LIMIT: "have as many volumes as they may",
    Bar.HOST_PORT: "have given the host port that it asks for to others",
    Bar.POD_LIMIT: "hold as many pods as they may",
    Bar.NODE_NAME: "are not the one that it names",
}
_SICK = "node.kubernetes.io/"
"""The cluster's own taints: a node that has one is ill, and that is another trouble."""


def explain(view: View, item: Unplaced, decided: Decided) -> str:
    """Return why, in words."""
    nodes = [view.nodes[name] for name in decided.nodes]
    texts: dict[Bar, Callable[[], str]] = {
        Bar.SELECTOR: lambda: f"no node has the labels {_labels(item)} that it selects",
        Bar.NODE_AFFINITY: lambda: f"no node meets its affinity ({_terms(item)})",
        Bar.UNSCHEDULABLE: lambda: f"{_where(decided)} cordoned, and it may run nowhere else",
        Bar.TAINT: lambda: (
            f"{_where(decided)} tainted {_taints(item, nodes)}, which it does not bear"
        ),
        Bar.CPU: lambda: _shortage(item, nodes, decided),
        Bar.MEMORY: lambda: _shortage(item, nodes, decided),
        Bar.EPHEMERAL_STORAGE: lambda: _shortage(item, nodes, decided),
    }
    known = texts.get(decided.bar)
    if known:
        return known()
    plain = _PLAIN.get(decided.bar)
    return (
        f"{decided.count} nodes {plain}" if plain else f"{decided.count} {_said(item, decided.bar)}"
    )


def is_of_a_sick_node(view: View, item: Unplaced, decided: Decided) -> bool:
    """Return whether the only taints in the way are those the cluster set on nodes that are ill."""
    if decided.bar is not Bar.TAINT:
        return False
    taints = list(_met(item, [view.nodes[name] for name in decided.nodes]))
    if taints:
        return all(taint.key.startswith(_SICK) for taint in taints)
    words = item.verdict.details.get(Bar.TAINT, ()) if item.verdict else ()
    return bool(words) and all(_SICK in text for text in words)


def _where(decided: Decided) -> str:
    if not decided.nodes:
        return f"{decided.count} nodes"
    names = ", ".join(decided.nodes)
    return f"{names} is" if len(decided.nodes) == 1 else f"all of {names} are"


def _labels(item: Unplaced) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(item.pod.spec.node_selector.items()))


def _terms(item: Unplaced) -> str:
    if not item.pod.spec.node_terms:
        return _said(item, Bar.SELECTOR)
    return " or ".join(
        " and ".join(
            f"{one.key} {one.operator} {','.join(one.values)}".strip()
            for one in (*term.labels, *term.fields)
        )
        for term in item.pod.spec.node_terms
    )


def _met(item: Unplaced, nodes: Iterable[Node]) -> Iterable[Taint]:
    for node in nodes:
        yield from untolerated(node, item.pod.spec.tolerations)


def _taints(item: Unplaced, nodes: Iterable[Node]) -> str:
    written = {f"{taint.key}={taint.value}:{taint.effect}" for taint in _met(item, nodes)}
    return ", ".join(sorted(written)) or _said(item, Bar.TAINT)


def _said(item: Unplaced, bar: Bar) -> str:
    words = item.verdict.details.get(bar, ()) if item.verdict else ()
    return "; ".join(words) or bar.value


def _shortage(item: Unplaced, nodes: Iterable[Node], decided: Decided) -> str:
    resource = _RESOURCES[decided.bar]
    amount = demands.asked(item.pod.spec).get(resource)
    left = [demands.room(node)[resource] for node in nodes if resource in demands.room(node)]
    whole = [demands.whole(node)[resource] for node in nodes if resource in demands.whole(node)]
    if amount is None or not left:
        return f"{decided.count} nodes have too little {resource}"
    text = f"it asks for {written(resource, amount)} of {resource}, and the roomiest of "
    text += f"{len(left)} nodes has {written(resource, max(left))} left"
    if amount > max(whole):
        text += f" ({written(resource, max(whole))} if it were empty)"
    return text
