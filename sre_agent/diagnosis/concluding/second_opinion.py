"""A model's causes beside the ranking: they may make people look twice, and nothing else.

Agreement raises nothing: what the evidence allows was counted already. Dissent counts as one finding
against the leading cause, and never takes it from people: not below the bar for acting, nor behind
the next cause. Nothing here adds a cause, changes the order, or ends an abstention.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sre_agent.config import catalogue
from sre_agent.diagnosis import weights
from sre_agent.diagnosis.concluding import ranking
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis, Finding, Stance
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.opinion import ModelCause, Standing, WeighedCause

RULE = "model.dissent"


@dataclass(frozen=True)
class Weighed:
    """A model's causes as they stand to the ranking, the ranking with them in mind, and what changed."""

    causes: tuple[WeighedCause, ...]
    diagnosis: Diagnosis
    effect: str


def weigh(diagnosis: Diagnosis, opinions: Sequence[ModelCause]) -> Weighed:
    """Return what a model's causes, in its order, come to beside the ranking."""
    causes = tuple(_weighed(diagnosis, item) for item in opinions)
    if not causes:
        return Weighed((), diagnosis, "It names no cause.")
    if diagnosis.conclusion is not Conclusion.CAUSE_FOUND:
        return Weighed(causes, diagnosis, "Nothing is decided by it: nobody plans from an opinion.")
    if any(item.standing is Standing.AGREES for item in causes):
        return Weighed(
            causes, diagnosis, "It names the same cause; that adds nothing to the evidence."
        )
    dissent = next((item for item in causes if item.standing in _HEARD), None)
    if dissent is None:
        return Weighed(
            causes, diagnosis, "It names another cause, which the evidence does not bear."
        )
    lowered = _lowered(diagnosis, dissent)
    top, before = lowered.causes[0], diagnosis.causes[0]
    if lowered is diagnosis:
        told = (
            f"It names another cause; {in_percent(top.confidence)} is as low as that may bring it."
        )
    else:
        told = (
            f"It names another cause: the confidence goes from {in_percent(before.confidence)} "
            f"to {in_percent(top.confidence)}."
        )
    return Weighed(causes, lowered, told)


_HEARD = frozenset({Standing.RANKED, Standing.NEW})
"""What the evidence contradicts, a person ruled out or nothing bears is no reason to doubt."""


def _weighed(diagnosis: Diagnosis, said: ModelCause) -> WeighedCause:
    ranked = next((item for item in diagnosis.causes if _is_same(item, said)), None)
    standing, reason = _stand(diagnosis, said, ranked)
    return WeighedCause(
        **said.model_dump(),
        standing=standing,
        reason=reason,
        confidence=ranked.confidence if ranked else _by_words(said),
    )


def _stand(diagnosis: Diagnosis, said: ModelCause, ranked: Cause | None) -> tuple[Standing, str]:
    """Return how a model's cause stands to the ranking, and why."""
    if any(_is_same(item, said) for item in diagnosis.dismissed):
        return Standing.DISMISSED, "a person ruled it out"
    against = _contradiction(diagnosis, ranked)
    if against:
        return Standing.CONTRADICTED, against
    if diagnosis.conclusion is Conclusion.CAUSE_FOUND and _agrees(diagnosis.causes[0], said):
        return Standing.AGREES, "the evidence names it too"
    return _alone(said, ranked)


def _alone(said: ModelCause, ranked: Cause | None) -> tuple[Standing, str]:
    if not said.claims:
        return Standing.UNSUPPORTED, "none of its claims is borne out by the evidence"
    if ranked is not None:
        return Standing.RANKED, f"the evidence puts it at {in_percent(ranked.confidence)}"
    return Standing.NEW, "no rule proposes it: it stands on the model's word and the facts it cites"


def _contradiction(diagnosis: Diagnosis, ranked: Cause | None) -> str:
    """Return what speaks against a cause where more does than for it, else nothing."""
    if diagnosis.conclusion is Conclusion.NOTHING_WRONG:
        return diagnosis.reason
    if ranked is None or ranking.log_odds(ranked.findings) >= weights.PRIOR:
        return ""
    told = [item.statement for item in ranked.findings if item.stance is Stance.AGAINST]
    return "; ".join(told)


def _is_same(cause: Cause, said: ModelCause) -> bool:
    return cause.object == said.object and cause.fault_class == said.fault_class


def _agrees(top: Cause, said: ModelCause) -> bool:
    """Return whether both name the same object and fault, one perhaps more exactly than the other."""
    if _is_same(top, said):
        return True
    if top.object != said.object or not said.is_in_catalogue:
        return False
    known = catalogue.shipped()
    other = next(item for item in known.entries if item == said.fault_class)
    return known.explains(top.fault_class, other) or known.explains(other, top.fault_class)


def _by_words(said: ModelCause) -> float:
    """Return how sure a cause is that only a model names: always below what it takes to act."""
    cited = {claim.evidence_id for claim in said.claims}
    words = min(len(cited) * weights.MODEL_CITES_EVIDENCE, weights.SYMPTOM_CAP)
    return _probability(weights.PRIOR + words)


def _lowered(diagnosis: Diagnosis, dissent: WeighedCause) -> Diagnosis:
    """Return the diagnosis with the dissent as a finding against its first cause."""
    top, *rest = diagnosis.causes
    floor = max([ranking.MIN_CONFIDENCE, *(item.confidence for item in rest[:1])])
    now = ranking.log_odds(top.findings)
    # A little above the bar: what is computed again must not fall below it by a rounding.
    room = now - math.log(floor / (1 - floor)) - weights.LEAST if floor < 1 else 0.0
    weight = min(weights.MODEL_DISSENTS, room)
    if weight <= 0:
        return diagnosis
    finding = Finding(
        rule=RULE,
        fault_class=top.fault_class,
        object=top.object,
        stance=Stance.AGAINST,
        weight=weight,
        statement=f"the language model names another cause: {dissent.fault_class} of "
        f"{dissent.object}",
        evidence_ids=_cited(dissent),
    )
    doubted = top.model_copy(
        update={
            "findings": (*top.findings, finding),
            "confidence": ranking.confidence((*top.findings, finding)),
        }
    )
    return diagnosis.model_copy(update={"causes": (doubted, *rest)})


def _cited(said: ModelCause) -> tuple[EvidenceId, ...]:
    return tuple(dict.fromkeys(claim.evidence_id for claim in said.claims))


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))
