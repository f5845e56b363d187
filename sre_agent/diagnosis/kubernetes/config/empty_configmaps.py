"""ConfigMaps that hold nothing, where a workload that is not well needs them."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.config import references
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the empty ConfigMaps of each workload whose pods fail."""
    empty = {
        (item.meta.ref.namespace, item.meta.ref.name): item
        for item in view.snapshot.configmaps
        if not item.keys and not item.data
    }
    if not empty:
        return
    for ref, workload in view.workloads.items():
        ill = [
            pod for pod in view.pods_of.get(ref, ()) if not pod.ready and pod.phase != "Succeeded"
        ]
        names = {
            item.name
            for item in references.asked_for(workload.template)
            if item.kind == "ConfigMap"
        }
        for name in sorted(names):
            found = empty.get((ref.namespace, name))
            if ill and found:
                yield cause(
                    Suspect(FaultClass.EMPTY_CONFIGMAP, ref),
                    "config.empty_configmap",
                    weights.LIKELY,
                    f'{ref} is not well, and ConfigMap "{name}" that it needs holds nothing',
                    (found.meta.source, *(pod.meta.source for pod in ill)),
                    name=name,
                )
