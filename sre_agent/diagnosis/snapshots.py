"""The judgement over a cluster's snapshot: every analyzer asked, and what they say weighed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sre_agent.diagnosis import ranking, weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import MEASURING_ANALYZERS, SNAPSHOT_ANALYZERS, merging
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis, Dismissal, Finding
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.incident import Incident
from sre_agent.domain.telemetry import MetricTable

STALE = timedelta(minutes=15)
"""Nobody should act on an older picture."""


def propose(view: View, telemetry: MetricTable | None = None) -> tuple[Hypothesis, ...]:
    """Return what the analyzers think of, one hypothesis for each object and class."""
    found = [item for analyze in SNAPSHOT_ANALYZERS for item in analyze(view)]
    if telemetry is not None:
        found += [item for analyze in MEASURING_ANALYZERS for item in analyze(view, telemetry)]
    return merging.merge(found)


def diagnose(
    snapshot: Snapshot,
    now: datetime,
    *,
    telemetry: MetricTable | None = None,
    incident: Incident | None = None,
    dismissed: Sequence[Dismissal] = (),
) -> Diagnosis:
    """Return what a snapshot, and metrics beside it if any, add up to.

    The order of the snapshot's objects makes no difference. What was dismissed is shown apart.
    """
    view = View(snapshot)
    proposed = propose(view, telemetry)
    ruled_out = {(item.object, item.fault_class) for item in dismissed}
    causes = _ranked(
        [item for item in proposed if (item.object, item.fault_class) not in ruled_out], incident
    )
    left_out = _ranked(
        [item for item in proposed if (item.object, item.fault_class) in ruled_out], incident
    )
    conclusion, reason = _conclude(causes, now - snapshot.taken_at)
    return Diagnosis(
        causes=causes,
        abstained=conclusion is not Conclusion.CAUSE_FOUND,
        reason=reason,
        conclusion=conclusion,
        dismissed=left_out,
    )


def _conclude(causes: Sequence[Cause], age: timedelta) -> tuple[Conclusion, str]:
    if not causes:
        return Conclusion.NOTHING_WRONG, "nothing in the snapshot is out of order"
    if age > STALE:
        minutes = age / timedelta(minutes=1)
        return Conclusion.UNDECIDED, f"the snapshot is {minutes:.0f} minutes old: take a new one"
    top = causes[0]
    reason = f"{top.fault_class} of {top.object.name} at {top.confidence:.0%}"
    return Conclusion.CAUSE_FOUND, reason


def _ranked(hypotheses: Sequence[Hypothesis], incident: Incident | None) -> tuple[Cause, ...]:
    return ranking.rank((item, (*item.findings, *_named(item, incident))) for item in hypotheses)


def _named(hypothesis: Hypothesis, incident: Incident | None) -> tuple[Finding, ...]:
    """Speak for what the alert names."""
    ref = hypothesis.object
    if incident is None or (ref.namespace, ref.name) != (incident.namespace, incident.service):
        return ()
    suspect = Suspect(hypothesis.fault_class, ref)
    ids = hypothesis.findings[0].evidence_ids
    text = f"the alert names {ref.name}"
    return (suspect.speaks_for("relation.alert_names_it", weights.ALERT_NAMES_IT, text, ids),)
