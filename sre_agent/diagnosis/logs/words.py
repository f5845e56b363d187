"""The line that best explains: what a suspect says itself that it did not say before."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.logs import exceptions, novelty
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

RULE = "logs.says"
SHOWN_CHARACTERS = 160


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Let a suspect speak for itself: it weighs next to nothing, and tells people what to look for.

    Of a release, its new errors are weighed anyway.
    """
    if hypothesis.fault_class is FaultClass.BAD_RELEASE:
        return
    told = _in_errors(situation.case, hypothesis.object) or _in_last_words(
        situation.case, hypothesis.object
    )
    if told and not any(told[0] in item.statement for item in hypothesis.findings):
        suspect = Suspect(hypothesis.fault_class, hypothesis.object)
        text = f"{hypothesis.object.name} says: {told[0]}"
        yield suspect.speaks_for(RULE, weights.SPEAKS_FOR_ITSELF, text, [told[1]])


def _in_errors(case: Case, ref: ObjectRef) -> tuple[str, EvidenceId] | None:
    """Return the most surprising new error line of a workload that complains of itself."""
    for pattern in novelty.new_patterns(case, ref):
        if not novelty.callees_blamed(case, ref, [pattern]):
            return novelty.line_of(pattern), case.patterns[ref].id
    return None


def _in_last_words(case: Case, ref: ObjectRef) -> tuple[str, EvidenceId] | None:
    """Return the innermost exception that a pod of a workload died of, by its log."""
    workload = case.workloads.get(ref)
    pods = {pod.name for pod in workload.fact.pods} if workload else {ref.name}
    for seen in reversed(case.pod_logs):
        if seen.fact.namespace != ref.namespace or seen.fact.pod not in pods:
            continue
        raised = [item for item in map(exceptions.cause, exceptions.fold(seen.fact.lines)) if item]
        if raised:
            last = raised[-1]
            told = f"{last.name}: {last.message}" if last.message else last.name
            return told[:SHOWN_CHARACTERS], seen.id
    return None
