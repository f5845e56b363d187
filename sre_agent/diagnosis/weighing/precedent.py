"""Weighing a suspect by what was proven in incidents like this one: a nudge, never a decision.

Only a verified repair or a person's verdict counts, never what a model or a log line said. Both
directions together weigh no more than the margin by which one cause must beat another, so that
precedent can make the engine hesitate or tip what is close, but cannot swap a sure cause for another
one, however many past incidents say so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.concluding import ranking
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.case import Case, Seen
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.weighing import learned
from sre_agent.domain.causes import Cause, Conclusion, Finding
from sre_agent.domain.ids import ClusterId, EvidenceId
from sre_agent.domain.observations.memory import NamedCause, PastIncident

FAMILY = "precedent"
OTHER_OBJECT = 0.5
"""The same kind of fault at another object, or in another cluster, tells half as much."""

Conclude = Callable[[Sequence[Cause]], tuple[Conclusion, str]]
_Told = Callable[[PastIncident], NamedCause | None]
_Match = tuple[Seen[PastIncident], float]


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak for a suspect that was the cause in like incidents, against one that was not."""
    suspect = Suspect(hypothesis.fault_class, hypothesis.object)
    known = recalled(situation.case)
    here = situation.case.incident.cluster_id
    confirmed = _matching(known, suspect, here, lambda past: past.confirmed)
    if confirmed:
        yield suspect.speaks_for(
            f"{FAMILY}.confirmed",
            _weight(confirmed),
            f"it was the cause in {_list(confirmed)}",
            _ids(confirmed),
        )
    refuted = _matching(known, suspect, here, lambda past: _refuted_at(past, suspect))
    if refuted:
        yield suspect.speaks_against(
            f"{FAMILY}.refuted",
            _weight(refuted),
            f"it was named and was wrong, or its repair did not help, in {_list(refuted)}",
            _ids(refuted),
        )
    yield from learned.weigh(situation.case, suspect, _weight(confirmed), _weight(refuted))


def _refuted_at(past: PastIncident, suspect: Suspect) -> NamedCause | None:
    """Return what was refuted, if it was in this object: that says nothing against others."""
    refuted = past.refuted
    return refuted if refuted and refuted.object == suspect.object else None


def recalled(case: Case) -> tuple[Seen[PastIncident], ...]:
    """Return each past incident that memory brought once, as it was told last."""
    found = {
        past.incident_id: Seen(seen.id, seen.at, past)
        for seen in case.precedents
        for past in seen.fact.incidents
        if past.incident_id != case.incident.id
    }
    return tuple(found[id_] for id_ in sorted(found))


def effect(causes: Sequence[Cause], conclude: Conclude) -> str:
    """Return what the diagnosis would be without memory, or an empty string where it is the same."""
    without = forget(causes)
    if without == tuple(causes):
        return ""
    (conclusion, _), (other, why) = conclude(causes), conclude(without)
    if (conclusion, _name(causes[0])) == (other, _name(without[0])):
        return ""
    cited = dict.fromkeys(item.statement for cause in causes for item in _of_memory(cause))
    return f"; past incidents tipped this, without them it would be {other} ({why}): {'; '.join(cited)}"


def forget(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Return the causes as they would rank had memory said nothing; in the order given if so."""
    if not any(_of_memory(cause) for cause in causes):
        return tuple(causes)
    return ranking.in_order(_forgotten(cause) for cause in causes)


def _forgotten(cause: Cause) -> Cause:
    told = _of_memory(cause)
    if not told:
        return cause
    findings = tuple(item for item in cause.findings if item not in told)
    update = {"findings": findings, "confidence": ranking.confidence(findings)}
    return cause.model_copy(update=update)


def _matching(
    known: Sequence[Seen[PastIncident]], suspect: Suspect, cluster_id: ClusterId, told: _Told
) -> tuple[_Match, ...]:
    found: list[_Match] = []
    for seen in known:
        cause = told(seen.fact)
        if cause is not None and cause.fault_class is suspect.fault_class:
            is_same = cause.object == suspect.object and seen.fact.cluster_id == cluster_id
            found.append((seen, (1.0 if is_same else OTHER_OBJECT) * seen.fact.similarity))
    return tuple(found)


def _weight(matches: Sequence[_Match]) -> float:
    """Return the weight of several precedents: each takes its share of what is left to the cap."""
    left = 1.0
    for _, share in matches:
        left *= 1.0 - min(share, 1.0)
    return max(weights.PRECEDENT_CAP * (1.0 - left), weights.LEAST)


def _list(matches: Sequence[_Match]) -> str:
    return ", ".join(
        f"incident {seen.fact.incident_id} ({seen.fact.similarity:.0%} alike, {_proof(seen.fact)})"
        for seen, _ in matches
    )


def _proof(past: PastIncident) -> str:
    if past.verdict is not None:
        return f"{past.verdict.judgement} according to {past.verdict.actor}"
    return _OUTCOMES.get(past.outcome, past.outcome.value)


_OUTCOMES: Mapping[str, str] = {"resolved": "verified", "not_resolved": "not resolved"}


def _ids(matches: Sequence[_Match]) -> list[EvidenceId]:
    return [seen.id for seen, _ in matches]


def _of_memory(cause: Cause) -> tuple[Finding, ...]:
    return tuple(item for item in cause.findings if item.rule.startswith(f"{FAMILY}."))


def _name(cause: Cause) -> tuple[str, str]:
    return str(cause.fault_class), str(cause.object)
