"""The workload at which traced requests begin to fail or to lose time."""

from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.faults import FaultClass

RULE = "traces.begins_there"
TELLING = frozenset(
    {
        FaultClass.APPLICATION_ERROR,
        FaultClass.LATENCY_REGRESSION,
        FaultClass.POD_NETWORK_DELAY,
    }
)
"""What requests can tell by themselves; why nobody answers is for the cluster to say."""
SETTLED = timedelta(seconds=90)
"""By then the cluster has told what it knows of the trouble, and nothing better is to be had."""


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect the one at whom it begins, the more when nobody else says why by now."""
    culprit = situation.culprit
    if culprit is None or culprit.blame.fault_class not in TELLING:
        return
    is_settled = situation.case.now - situation.onset(culprit.object).at >= SETTLED
    weight = weights.REQUESTS_BEGIN_TO_SUFFER if is_settled else weights.TOO_EARLY_TO_TELL
    suspect = Suspect(culprit.blame.fault_class, culprit.object)
    finding = suspect.speaks_for(RULE, weight, culprit.statement, culprit.ids)
    yield Hypothesis(suspect.fault_class, suspect.object, culprit.statement, (finding,))
