"""What traced requests say of a suspect: the trouble begins at it, or it only waits for another."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.proposing import failing_requests
from sre_agent.diagnosis.weighing import victim
from sre_agent.domain.causes import Finding


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak for whom requests fail at, and against those who only pass its trouble on."""
    culprit, ref = situation.culprit, hypothesis.object
    if culprit is None or _is_proposed_so(hypothesis):
        return
    suspect = Suspect(hypothesis.fault_class, ref)
    if culprit.object == ref:
        yield suspect.speaks_for(
            failing_requests.RULE, weights.REQUESTS_SUFFER_AT_IT, culprit.statement, culprit.ids
        )
    elif hypothesis.fault_class in victim.EXCUSABLE and situation.graph.path(ref, culprit.object):
        yield suspect.speaks_against(
            "traces.waits_for_another",
            weights.REQUESTS_SUFFER_BELOW,
            f"in traced requests {ref.name} only passes on what begins at {culprit.object.name}",
            culprit.ids,
        )


def _is_proposed_so(hypothesis: Hypothesis) -> bool:
    return any(finding.rule == failing_requests.RULE for finding in hypothesis.findings)
