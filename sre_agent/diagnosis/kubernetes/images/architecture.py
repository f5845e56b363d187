"""Containers whose program is built for another kind of processor than their node has."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId

_SAID = re.compile(r"exec format error", re.IGNORECASE)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the image of each pod that does not run because its node cannot execute it."""
    for pod in view.snapshot.pods:
        if pod.ready or pod.phase == "Succeeded":
            continue
        ids = tuple(_said(view, pod))
        if ids:
            owner = view.owner_of(pod)
            machine = _machine(view, pod)
            yield cause(
                Suspect(FaultClass.IMAGE_ARCHITECTURE_MISMATCH, owner),
                "images.exec_format",
                weights.POD_STATE,
                f"the image of {owner} cannot be executed{machine}: exec format error",
                (pod.meta.source, *ids),
            )


def _said(view: View, pod: Pod) -> Iterator[EvidenceId]:
    for status in pod.statuses:
        ends = (status.ended, status.last_ended)
        texts = (status.message, *(end.message for end in ends if end))
        if any(_SAID.search(text) for text in texts):
            yield pod.meta.source
    for event in view.events_of.get(pod.meta.ref, ()):
        if _SAID.search(event.message):
            yield event.source
    for log in view.snapshot.logs:
        mine = (log.namespace, log.pod) == (pod.meta.ref.namespace, pod.meta.ref.name)
        if mine and any(_SAID.search(line) for line in log.lines):
            yield log.source


def _machine(view: View, pod: Pod) -> str:
    node = view.nodes.get(pod.node)
    arch = node.meta.labels.get("kubernetes.io/arch", "") if node else ""
    return f" on {pod.node} ({arch})" if arch else ""
