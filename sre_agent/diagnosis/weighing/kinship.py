"""One trouble under two names: what the objects of a cluster show beside what the incident shows.

The incident's own suspects know the release and what repairs need; the objects often name the
trouble more exactly. Of one object, the two are one suspect under the more exact name.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sre_agent.config import catalogue
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import merging
from sre_agent.domain.catalogue import Layer
from sre_agent.domain.causes import Finding, Stance
from sre_agent.domain.faults import FaultClass

TELLING = 2.0
"""What is found with less than this names nothing more exactly."""
WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Pod"})
KEPT = frozenset({FaultClass.UNHEALTHY_POD})
"""One pod of several that are alike: whatever ails it, its template is not to blame."""
JUDGED = frozenset(
    {
        FaultClass.APPLICATION_ERROR,
        FaultClass.CRASH_LOOP,
        FaultClass.DEPENDENCY_FAILURE,
        FaultClass.IMAGE_UNAVAILABLE,
        FaultClass.LATENCY_REGRESSION,
        FaultClass.MISSING_CONFIGURATION,
        FaultClass.NO_ENDPOINTS,
        FaultClass.NODE_NOT_READY,
        FaultClass.OUT_OF_MEMORY,
        FaultClass.READINESS_PROBE_FAILING,
        FaultClass.ROLLOUT_STUCK,
        FaultClass.SATURATION,
        FaultClass.UNHEALTHY_POD,
        FaultClass.ZERO_REPLICAS,
    }
)
"""Names of what shows. Where the incident's own analyzers looked at an object, who know its releases
and signals, it is for them to say whether these fit."""


def join(
    situation: Situation, own: Iterable[Hypothesis], shown: Iterable[Hypothesis]
) -> tuple[Hypothesis, ...]:
    """Return all suspects, those that are the same trouble of the same object once.

    Args:
        situation: what is known.
        own: the incident's own suspects.
        shown: what the objects of the cluster show.
    """
    merged = merging.merge(own)
    found: list[Hypothesis] = []
    absorbed: set[int] = set()
    for item in shown:
        if item.fault_class in JUDGED and _was_looked_at(situation, item):
            continue
        exact = _in_family(item)
        kin = [other for other in merged if _is_kin(other, exact)]
        absorbed |= {id(other) for other in kin if other.fault_class != exact.fault_class}
        wider = [other for other in merged if _is_wider_name(exact, other)]
        if not wider:
            found.append(_enriched(exact, kin))
    left = (item for item in merged if id(item) not in absorbed)
    return merging.merge((*left, *found))


def _in_family(item: Hypothesis) -> Hypothesis:
    """Return a suspect whose findings count as the state of its pods, or of its node.

    The same state, told by another tool, is no second reason.
    """
    if item.object.kind not in WORKLOADS | {"Node"}:
        return item
    family = "nodes" if item.object.kind == "Node" else "pods"
    findings = tuple(
        finding
        if finding.rule.startswith(f"{family}.")
        else finding.model_copy(update={"rule": f"{family}.{finding.rule}"})
        for finding in item.findings
    )
    return replace(item, findings=findings)


def _was_looked_at(situation: Situation, item: Hypothesis) -> bool:
    is_node = item.object.kind == "Node" and situation.case.nodes is not None
    return is_node or item.object in situation.case.workloads


def _is_kin(own: Hypothesis, shown: Hypothesis) -> bool:
    """Return whether what is shown names the incident's own suspect as exactly or more so."""
    if own.object != shown.object or own.fault_class in KEPT or _is_change(own):
        return False
    if own.fault_class == shown.fault_class:
        return True
    is_leak = shown.fault_class is FaultClass.MEMORY_LEAK
    if _weight(shown) < TELLING or (is_leak and own.facts.get("limit_lowered")):
        return False
    return catalogue.shipped().explains(shown.fault_class, own.fault_class)


def _is_wider_name(shown: Hypothesis, own: Hypothesis) -> bool:
    """Return whether what is shown is only a wider name for one of the incident's own suspects."""
    if own.object != shown.object or _is_change(own) or not own.is_supported:
        return False
    return catalogue.shipped().explains(own.fault_class, shown.fault_class)


def _is_change(item: Hypothesis) -> bool:
    return catalogue.shipped()[item.fault_class].layer is Layer.CHANGES


def _enriched(item: Hypothesis, kin: Sequence[Hypothesis]) -> Hypothesis:
    """Return a suspect with what the incident's own ones found, and what repairs need of them."""
    facts: dict[str, Fact] = dict(item.facts)
    findings = list(item.findings)
    for other in kin:
        facts |= other.facts
        findings.extend(_of_class(other.findings, item.fault_class))
    release = next((other.release for other in kin if other.release), item.release)
    return replace(item, findings=tuple(findings), facts=facts, release=release)


def _of_class(findings: Iterable[Finding], fault_class: FaultClass) -> Iterator[Finding]:
    for finding in findings:
        yield finding.model_copy(update={"fault_class": fault_class})


def _weight(item: Hypothesis) -> float:
    return sum(found.weight for found in item.findings if found.stance is Stance.FOR)
