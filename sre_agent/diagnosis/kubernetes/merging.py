"""Several analyzers that name the same trouble of the same object: one hypothesis with all they found."""

from collections.abc import Iterable, Sequence

from sre_agent.diagnosis.hypothesis import Fact, Hypothesis
from sre_agent.domain.causes import Finding, Stance
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef


def merge(hypotheses: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Return one hypothesis for each object and class, in the order of their names.

    Its statement is that of the strongest; its findings are all of them, of each rule the heaviest.
    """
    groups: dict[tuple[ObjectRef, FaultClass], list[Hypothesis]] = {}
    for item in hypotheses:
        groups.setdefault((item.object, item.fault_class), []).append(item)
    keys = sorted(groups, key=lambda key: (str(key[0]), key[1]))
    return tuple(_one(groups[key]) for key in keys)


def _one(group: Sequence[Hypothesis]) -> Hypothesis:
    if len(group) == 1:
        return group[0]
    ordered = sorted(group, key=lambda item: (-_support(item), item.statement))
    best = ordered[0]
    facts: dict[str, Fact] = {}
    for item in reversed(ordered):
        facts |= item.facts
    return Hypothesis(
        fault_class=best.fault_class,
        object=best.object,
        statement=best.statement,
        findings=_distinct(finding for item in ordered for finding in item.findings),
        release=next((item.release for item in ordered if item.release), None),
        facts=facts,
    )


def _support(item: Hypothesis) -> float:
    return sum(found.weight for found in item.findings if found.stance is Stance.FOR)


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the heaviest finding of each rule, with the evidence of all of them."""
    groups: dict[tuple[str, Stance], list[Finding]] = {}
    for item in findings:
        groups.setdefault((item.rule, item.stance), []).append(item)
    return tuple(_heaviest(groups[key]) for key in sorted(groups))


def _heaviest(group: Sequence[Finding]) -> Finding:
    best = min(group, key=lambda item: (-item.weight, item.statement))
    ids = sorted({id_ for item in group for id_ in item.evidence_ids})
    return best.model_copy(update={"evidence_ids": tuple(ids)})
