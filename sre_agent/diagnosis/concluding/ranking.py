"""Findings for and against, added up as log-odds; abstention when they do not decide."""

import math
from collections.abc import Iterable, Sequence

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.concluding.independence import are_independent
from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.causes import Cause, Finding, Stance
from sre_agent.domain.likelihood import in_percent

MIN_CONFIDENCE = 0.6
"""Below this nobody should act."""
MIN_MARGIN = 1.0
"""The best must beat the best of another object by this, in log-odds: about 2.7 times as likely."""
MAX_CAUSES = 10
"""So many are told; those behind them have next to no probability left."""
_SYMPTOM = "symptom"


def rank(weighed: Iterable[tuple[Hypothesis, Sequence[Finding]]]) -> tuple[Cause, ...]:
    """Return the causes, best first; those of equal confidence by name, so that order is stable."""
    judged = (cause(hypothesis, findings, confidence(findings)) for hypothesis, findings in weighed)
    return in_order(judged)[:MAX_CAUSES]


def in_order(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """Return the causes, best first; those of equal confidence by name."""
    return tuple(
        sorted(causes, key=lambda item: (-item.confidence, str(item.object), item.fault_class))
    )


def log_odds(findings: Iterable[Finding]) -> float:
    """Return the prior and all findings added up, each family of rules up to its cap."""
    sums: dict[tuple[Stance, str], float] = {}
    for finding in findings:
        key = (finding.stance, _family(finding))
        sums[key] = sums.get(key, 0.0) + finding.weight
    total = weights.PRIOR
    for (stance, family), weight in sorted(sums.items()):
        is_symptom = family == _SYMPTOM and stance is Stance.FOR
        capped = min(weight, weights.SYMPTOM_CAP if is_symptom else weights.FAMILY_CAP)
        total += capped if stance is Stance.FOR else -capped
    return total


def _family(finding: Finding) -> str:
    family = finding.rule.partition(".")[0]
    return _SYMPTOM if family in weights.SYMPTOM_FAMILIES else family


def confidence(findings: Iterable[Finding]) -> float:
    """Return the probability that the findings add up to, between 0 and 1."""
    return 1.0 / (1.0 + math.exp(-log_odds(findings)))


def indecision(causes: Sequence[Cause], situation: Situation) -> str | None:
    """Return why the ranked causes do not decide, or None when they do.

    A second cause that is as sure and has trouble of its own is no rival, but a second failure.
    """
    if not causes:
        return "no cause has any evidence"
    top = causes[0]
    if top.confidence < MIN_CONFIDENCE:
        return (
            f"the evidence is weak: the best cause, {top.fault_class} of {top.object.name}, "
            f"has a confidence of {in_percent(top.confidence)}"
        )
    rivals = [
        item
        for item in causes[1:]
        if item.object != top.object and not are_independent(situation, top, item)
    ]
    if rivals and log_odds(top.findings) - log_odds(rivals[0].findings) < MIN_MARGIN:
        return (
            f"two causes are too close to tell apart: {top.fault_class} of {top.object.name} "
            f"({in_percent(top.confidence)}) and {rivals[0].fault_class} of {rivals[0].object.name} "
            f"({in_percent(rivals[0].confidence)})"
        )
    return None


def cause(hypothesis: Hypothesis, findings: Iterable[Finding], probability: float) -> Cause:
    """Return a suspect as a cause, its findings in the order of what they weigh, for before against."""
    ordered = sorted(
        findings, key=lambda item: (item.stance != Stance.FOR, -item.weight, item.rule)
    )
    return Cause(
        fault_class=hypothesis.fault_class,
        object=hypothesis.object,
        confidence=probability,
        statement=hypothesis.statement,
        findings=tuple(ordered),
        facts=dict(hypothesis.facts),
    )
