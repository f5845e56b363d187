"""Reading nodes."""

from dataclasses import replace

from sre_agent.domain.cluster.meta import Condition
from sre_agent.domain.cluster.nodes import Node, Taint
from sre_agent.domain.cluster.pods import Amounts
from sre_agent.manifests.kubectl.amounts import amounts
from sre_agent.manifests.kubectl.answers import Answers, Described, Key, Listed
from sre_agent.manifests.kubectl.conditions import conditions
from sre_agent.manifests.kubectl.outline import Block, outline
from sre_agent.manifests.kubectl.times import moment


def nodes(answers: Answers) -> tuple[Node, ...]:
    """Return the nodes."""
    return tuple(
        _node(answers, key, row, description) for key, row, description in answers.each("Node")
    )


def _node(answers: Answers, key: Key, row: Listed | None, description: Described | None) -> Node:
    meta = answers.meta("Node", key, row, description)
    block = outline(description.text) if description else Block("")
    if not block.blocks:
        return _only_listed(Node(meta=meta), row)
    return Node(
        meta=replace(
            meta,
            labels=block.find("Labels").labels(),
            annotations=block.find("Annotations").annotations(),
            created_at=moment(block.get("CreationTimestamp")) or meta.created_at,
        ),
        conditions=conditions(block.find("Conditions")),
        taints=tuple(taint(line) for line in block.find("Taints").lines()),
        is_unschedulable=block.get("Unschedulable") == "true",
        capacity=amounts(block.find("Capacity").values()),
        allocatable=amounts(block.find("Allocatable").values()),
        requested=_requested(block),
        addresses=tuple(
            line.value for line in block.find("Addresses").blocks if line.key.endswith("IP")
        ),
        kubelet_version=block.find("System Info").get("Kubelet Version"),
    )


def taint(text: str) -> Taint:
    """Return a taint written `key=value:Effect`."""
    name, _, effect = text.rpartition(":")
    key, _, value = name.partition("=")
    return Taint(key=key, value=value, effect=effect)


def _requested(block: Block) -> Amounts:
    """Return the requests of `Allocated resources`, whose rows are `cpu  425m (5%)  0 (0%)`."""
    found = dict[str, str]()
    for line in block.find("Allocated resources").blocks:
        words = line.text.split()
        if len(words) > 2 and words[2].endswith("%)"):
            found[words[0]] = words[1]
    return amounts(found)


def _only_listed(node: Node, row: Listed | None) -> Node:
    if not row:
        return node
    said = row.told("STATUS").split(",")
    ready = Condition(type="Ready", status="True" if "Ready" in said else "Unknown")
    return replace(
        node,
        conditions=(ready,),
        is_unschedulable="SchedulingDisabled" in said,
        addresses=(row.told("INTERNAL-IP"),) if row.told("INTERNAL-IP") else (),
        kubelet_version=row.told("VERSION"),
    )
