"""Workloads with more rights over their node than they should have."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import PodSpec
from sre_agent.domain.faults import FaultClass

_OF_THE_SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease"})
_SUSPECTED = frozenset({"Deployment", "StatefulSet"})
"""DaemonSets are how nodes are served; they often need such rights."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Note privileged containers and shared hosts: a weakness that breaks nothing by itself."""
    for ref, item in view.workloads.items():
        why = _weaknesses(item.template)
        if why and ref.kind in _SUSPECTED and ref.namespace not in _OF_THE_SYSTEM:
            yield cause(
                Suspect(FaultClass.INSECURE_WORKLOAD, ref),
                "template.insecure",
                weights.POSTURE,
                f"{ref.name} {' and '.join(why)}",
                [item.meta.source],
            )


def _weaknesses(template: PodSpec) -> list[str]:
    found = [f"runs {item.name} privileged" for item in template.containers if item.is_privileged]
    if template.host_network:
        found.append("shares its node's network")
    found += [
        f"mounts {item.name} from its node"
        for item in template.volumes
        if item.kind.lower() == "hostpath"
    ]
    return found
