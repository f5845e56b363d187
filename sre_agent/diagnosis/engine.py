"""The whole of the judgement: evidence in, ranked causes or an abstention with its reason out."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from sre_agent.config import catalogue
from sre_agent.diagnosis.asking import (
    flagged_code,
    knowing,
    questions,
    reading,
    repositories,
    telling_apart,
)
from sre_agent.diagnosis.concluding import (
    attribution,
    beside,
    calm,
    explaining,
    independence,
    ranking,
    repair,
)
from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident import case, objects, situation
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import ANALYZERS, new_pods
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.logs import novelty, words
from sre_agent.diagnosis.metrics import pod_split, signals
from sre_agent.diagnosis.proposing import (
    attributing,
    bad_release,
    certificates,
    config_change,
    failing_requests,
    memory_leak,
    migrated,
    saturation,
    slow_ways,
    told_changes,
)
from sre_agent.diagnosis.proposing.attributing import Attribution
from sre_agent.diagnosis.weighing import (
    alerts,
    deviating,
    healing,
    kinship,
    mechanism,
    narrower,
    origin,
    precedent,
    relation,
    requests,
    victim,
    written_before,
)
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis, Dismissal, Finding, Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.likelihood import in_percent

PROPOSERS = (
    bad_release.propose,
    saturation.propose,
    certificates.propose,
    memory_leak.propose,
    failing_requests.propose,
    slow_ways.propose,
    *ANALYZERS,
)
"""What brings suspects."""
WEIGHERS = (
    relation.weigh,
    signals.weigh,
    pod_split.weigh,
    new_pods.weigh,
    novelty.weigh,
    words.weigh,
    healing.weigh,
    mechanism.weigh,
    requests.weigh,
    precedent.weigh,
)
"""What weighs each suspect by itself; culprit against victim and narrower causes compare them."""


def diagnose(
    evidence: Sequence[Evidence],
    incident: Incident,
    now: datetime,
    dismissed: Sequence[Dismissal] = (),
) -> Diagnosis:
    """Return what the evidence adds up to.

    The order of the evidence makes no difference. Every cause cites evidence that was given. What
    was dismissed is shown apart: it is not decided for, and neither excuses nor outranks others.
    """
    seen = situation.assess(case.build(evidence, incident, now))
    changed = attributing.attribute(seen)
    proposed = _proposed(seen, changed)
    ruled_out = {(item.object, item.fault_class) for item in dismissed}
    left_out = [item for item in proposed if (item.object, item.fault_class) in ruled_out]
    causes = _ranked(seen, [item for item in proposed if item not in left_out])
    dismissed_causes = _ranked(seen, left_out)
    conclude = partial(_conclude, seen, dismissed_causes)
    conclusion, reason = conclude(causes)
    both = partial(independence.are_independent, seen)
    shown = explaining.explain(_led(seen, causes), catalogue.shipped(), both)
    asked = _asked(seen, shown, conclusion)
    about = partial(_asked_of, seen, evidence, changed)
    if conclusion is Conclusion.UNDECIDED:
        reason += telling_apart.missing(catalogue.shipped(), shown, asked)
    return Diagnosis(
        causes=shown,
        abstained=conclusion is not Conclusion.CAUSE_FOUND,
        reason=reason + precedent.effect(causes, conclude),
        conclusion=conclusion,
        questions=(
            *asked,
            *(_asked_of_code(seen, changed) if conclusion is not Conclusion.NOTHING_WRONG else ()),
            *(about(shown[0]) if conclusion is Conclusion.CAUSE_FOUND else ()),
        ),
        dependencies=seen.graph.dependencies(),
        dismissed=dismissed_causes,
        passed=calm.passed(seen) if conclusion is Conclusion.NOTHING_WRONG else (),
    )


def _proposed(seen: Situation, changed: Attribution | None) -> tuple[Hypothesis, ...]:
    """Return all suspects, those that came with a change with what takes it back."""
    own = [item for propose in PROPOSERS for item in propose(seen)]
    own += told_changes.propose(seen, changed, own) if changed else ()
    found = _with_objects(seen, own)
    if changed is None:
        return found
    judged = (told_changes.acquitted(changed, item) for item in found)
    named = (told_changes.informed(changed, item) for item in judged)
    return tuple(migrated.warned(seen, changed, item) for item in named)


def _with_objects(seen: Situation, own: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Return the suspects, joined by what the objects of the cluster tell where these were seen."""
    cluster = objects.of(seen.case)
    if cluster is None:
        return kinship.join(seen, own, ())
    view = View(cluster)
    settings = config_change.propose(seen, view)
    joined = kinship.join(seen, (*own, *settings), objects.propose(seen, view))
    return tuple(written_before.weighed(seen, view, item) for item in joined)


def _asked_of(
    seen: Situation, evidence: Sequence[Evidence], changed: Attribution | None, cause: Cause
) -> Iterator[Question]:
    """Yield what is worth knowing of a cause that was found."""
    yield from reading.ask(evidence, cause)
    if changed:
        yield from knowing.ask(seen.case, changed, cause)


def _asked_of_code(seen: Situation, changed: Attribution | None) -> Iterator[Question]:
    """Yield what repositories are to be asked, where somebody can."""
    yield from repositories.ask(seen)
    if changed:
        yield from flagged_code.ask(seen, changed)


def _asked(
    seen: Situation, causes: Sequence[Cause], conclusion: Conclusion
) -> tuple[Question, ...]:
    """Return the open questions, each once: who was not looked at, and what tells causes apart."""
    found = questions.ask(seen, causes, conclusion)
    if any(item.topic == questions.Topic.AGAIN for item in found):
        return found  # time tells more than what is there now
    cluster = objects.of(seen.case) if conclusion is Conclusion.UNDECIDED else None
    if cluster is None:
        return found
    known = telling_apart.Known(View(cluster), frozenset(seen.case.signals), is_listed=True)
    asked = {(item.topic, item.object) for item in found}
    more = telling_apart.ask(catalogue.shipped(), causes, known)
    return (*found, *(item for item in more if (item.topic, item.object) not in asked))


def _ranked(seen: Situation, hypotheses: Sequence[Hypothesis]) -> tuple[Cause, ...]:
    begins = (origin.weigher(seen), deviating.weigher(seen)) if hypotheses else ()
    weighers = (*WEIGHERS, alerts.weigher(seen), *begins) if hypotheses else WEIGHERS
    return ranking.rank(
        (item, tuple(_findings(seen, item, hypotheses, weighers))) for item in hypotheses
    )


def _conclude(
    seen: Situation, dismissed: Sequence[Cause], causes: Sequence[Cause]
) -> tuple[Conclusion, str]:
    """Return what the ranked causes come to, with the reason.

    Trouble that shows in the cluster is no calm, whoever says that it is not the cause; whether
    anything is wrong at all is for fresh evidence alone to say, not for memory.
    """
    nothing = calm.explain(seen, precedent.forget((*causes, *dismissed)))
    if nothing:
        return Conclusion.NOTHING_WRONG, nothing
    led = _led(seen, causes)
    repair_ = repair.under_way(seen, led[0]) if led else None
    if repair_:
        return Conclusion.REPAIR_UNDER_WAY, repair_
    doubt = ranking.indecision(led, seen)
    if doubt:
        return Conclusion.UNDECIDED, _with_origin(doubt, seen)
    more = beside.told(led, partial(independence.are_independent, seen))
    return Conclusion.CAUSE_FOUND, _conclusion(led[0]) + more


def _with_origin(doubt: str, seen: Situation) -> str:
    """Return why nothing is decided, with where the trouble begins as far as metrics tell."""
    found = origin.find(seen) or deviating.find(seen)
    return f"{doubt}; {found.statement}" if found else doubt


def _led(seen: Situation, causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Return the causes with the one first that something should be done about."""
    return repair.behind_others(seen, attribution.in_order(seen, causes))


def _findings(
    seen: Situation,
    hypothesis: Hypothesis,
    hypotheses: Sequence[Hypothesis],
    weighers: Sequence[alerts.Weigh],
) -> Iterator[Finding]:
    said = [*hypothesis.findings]
    for weigh in weighers:
        said.extend(weigh(seen, hypothesis))
    said.extend(victim.weigh(seen, hypothesis, hypotheses))
    yield from said
    yield from narrower.weigh(hypothesis, hypotheses, said)


def _conclusion(top: Cause) -> str:
    count = len(top.findings)
    found = "1 finding" if count == 1 else f"{count} findings"
    return f"{top.fault_class} of {top.object.name} at {in_percent(top.confidence)}, from {found}"
