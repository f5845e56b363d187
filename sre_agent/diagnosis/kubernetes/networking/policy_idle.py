"""Network policies that guard nobody."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect policies whose selector meets no pod and no template of their namespace."""
    if not view.knows_all("Pod"):
        return
    for item in view.snapshot.network_policies:
        namespace = item.meta.ref.namespace
        labels = [
            pod.meta.labels for pod in view.snapshot.pods if pod.meta.ref.namespace == namespace
        ]
        labels += [
            found.template_labels
            for ref, found in view.workloads.items()
            if ref.namespace == namespace
        ]
        is_for_all = not item.selector.labels and not item.selector.expressions
        if not is_for_all and not any(item.selector.matches(found) for found in labels):
            yield cause(
                Suspect(FaultClass.NETWORK_POLICY_SELECTS_NOTHING, item.meta.ref),
                "policy.selects_nothing",
                weights.POSTURE,
                f"network policy {item.meta.ref.name} selects no pod",
                [item.meta.source],
            )
