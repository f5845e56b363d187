"""Pods that wait for a claim that was never made."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import claims
from sre_agent.diagnosis.kubernetes.admission import full_quotas
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

_SAID = re.compile(r'persistentvolumeclaims? "(?P<name>[^"]+)" not found', re.IGNORECASE)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the missing claim of each pod that waits; less so where a quota forbade it."""
    there = {item.meta.ref for item in view.snapshot.claims}
    named = {(pod.meta.ref, claim): pod for pod, claim in claims.claimed(view)}
    said = {(event.ref, claim): event for event, claim in _said(view)}
    refused = any(
        item.fault_class is FaultClass.QUOTA_STORAGE_EXCEEDED for item in full_quotas.analyze(view)
    )
    for ref, claim in sorted({*named, *said}, key=str):
        pod, event = view.pods.get((ref.namespace, ref.name)), said.get((ref, claim))
        listed = view.knows_all("PersistentVolumeClaim")
        if claim in there or pod is None or pod.ready or not (event or listed):
            continue
        weight = weights.CLUSTER_SAYS_AND_SHOWS if event and listed else weights.POD_STATE
        ids = (pod.meta.source, event.source if event else None, view.source(claim.kind))
        yield cause(
            Suspect(FaultClass.MISSING_CLAIM, view.owner_of(pod)),
            "storage.claim_missing",
            weights.LIKELY if refused else weight,
            f'{pod.meta.ref.name} waits for claim "{claim.name}", which is not there',
            ids,
            claim=claim.name,
        )


def _said(view: View) -> Iterator[tuple[Event, ObjectRef]]:
    for event in view.snapshot.events:
        found = _SAID.search(event.message) if event.type != "Normal" else None
        if found:
            namespace = event.ref.namespace
            name = found["name"]
            claim = ObjectRef(kind="PersistentVolumeClaim", namespace=namespace, name=name)
            yield event, claim
