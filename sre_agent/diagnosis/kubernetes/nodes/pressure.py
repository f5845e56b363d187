"""Nodes that run out of memory, disk or process ids."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.nodes import states
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_FAULTS = {
    "MemoryPressure": (FaultClass.NODE_MEMORY_PRESSURE, "memory"),
    "DiskPressure": (FaultClass.NODE_DISK_PRESSURE, "disk"),
    "PIDPressure": (FaultClass.NODE_PID_PRESSURE, "process ids"),
}


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect each node that says it is under pressure."""
    for node in view.snapshot.nodes:
        for type_, (fault, what) in _FAULTS.items():
            said = states.condition(node, type_)
            if said is None or said.status != "True":
                continue
            name = node.meta.ref.name
            why = f" ({said.message.strip(' .')})" if said.message else ""
            evicted = [
                pod for pod in view.snapshot.pods if pod.reason == "Evicted" and pod.node == name
            ]
            weight = weights.CLUSTER_SAYS_AND_SHOWS if evicted else weights.POD_STATE
            yield cause(
                Suspect(fault, node.meta.ref),
                f"nodes.{type_.lower()}",
                weight,
                f"node {name} runs out of {what}{why}{states.concerned(view, name)}",
                (node.meta.source, *(pod.meta.source for pod in evicted)),
            )
