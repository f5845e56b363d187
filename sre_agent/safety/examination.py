"""What is wrong with a policy that loads: rules that fail, never speak, or never have the say."""

from dataclasses import dataclass, field

from sre_agent.domain.ruling import Ruling
from sre_agent.safety import examples, policy, samples
from sre_agent.safety.examples import InvalidExampleError
from sre_agent.safety.facts import Facts
from sre_agent.safety.policy import Policy
from sre_agent.safety.policy_text import RuleText

_OF_OTHER_FILES = ("bounds", "environment", "time")
"""What a rule may take from another file: a number, an environment, the time zone."""


@dataclass(frozen=True)
class Finding:
    """One thing to mend: the rule it is about, if one, and what is wrong."""

    rule: str | None
    told: str


@dataclass
class _Seen:
    """What became of a rule over all cases: in which it held, and how it first failed."""

    rule: RuleText
    held: set[int] = field(default_factory=set)
    failed: int = 0
    first_fault: str = ""


def examine(rules: Policy) -> tuple[list[Finding], int]:
    """Return what is wrong with a policy, and in how many cases it was tried.

    A rule that fails on an example is not wrong for that: the example may be there to show it.
    """
    if rules.fault is None:
        return _look(rules)
    faults = [Finding(None, str(one)) for one in rules.faults or (rules.fault,)]
    more, tried = _look(rules.readable) if rules.readable else ([], 0)
    return faults + more, tried


def _look(rules: Policy) -> tuple[list[Finding], int]:
    """Return what is wrong with what could be read; what the rest may yet mend is not told."""
    found, given = list[Finding](), list[Facts]()
    for example in rules.examples:
        try:
            given.append(examples.complete(rules, example.given))
        except InvalidExampleError as error:
            found.append(Finding(None, f"an example is wrong: {error}"))
    is_whole = not found and not rules.is_part
    sampled = list(samples.cases(rules))
    seen = _try(rules, sampled, given)
    found += [_fails(one) for one in seen if one.failed and (is_whole or _is_by_itself(one))]
    if is_whole:
        found += [_never_holds(one) for one in seen if not one.failed and not one.held]
        found += [finding for one in seen if (finding := _beaten(one, seen)) is not None]
    return found, len(sampled) + len(given)


def _is_by_itself(one: _Seen) -> bool:
    """Return whether a rule goes by nothing that another file may say."""
    return not any(word in one.rule.when for word in _OF_OTHER_FILES)


def _try(rules: Policy, sampled: list[Facts], given: list[Facts]) -> list[_Seen]:
    seen = [_Seen(rule.text) for rule in rules.rules]
    for number, case in enumerate(sampled + given):
        for one, trial in zip(seen, policy.trials(rules, case), strict=True):
            if trial.fault is not None and number < len(sampled):
                one.failed += 1
                one.first_fault = one.first_fault or (
                    f"on {case.action.server}.{case.action.tool}: {trial.fault}"
                )
            elif trial.holds:
                one.held.add(number)
    return seen


def _fails(one: _Seen) -> Finding:
    told = f"denies {one.failed} cases because it fails, the first {one.first_fault}"
    return Finding(one.rule.name, told)


def _never_holds(one: _Seen) -> Finding:
    told = "no case makes it true: add an example that does, or take the rule out"
    return Finding(one.rule.name, told)


def _beaten(one: _Seen, seen: list[_Seen]) -> Finding | None:
    """Return that a rule never has the say, because severer ones hold wherever it does."""
    severer = [other for other in seen if _rank(other.rule.ruling) < _rank(one.rule.ruling)]
    twin = next((other for other in severer if one.held and other.held == one.held), None)
    if twin is not None:
        told = f"contradicts {twin.rule.name}: both hold in the same cases, {twin.rule.ruling} wins"
        return Finding(one.rule.name, told)
    beaten = set[int]().union(*(other.held for other in severer))
    if not one.held or not one.held <= beaten:
        return None
    winners = [other.rule.name for other in severer if other.held & one.held]
    told = f"never has the say: wherever it holds, {', '.join(winners[:3])} rules more severely"
    return Finding(one.rule.name, told)


def _rank(ruling: Ruling) -> int:
    return policy.SEVEREST_FIRST.index(ruling)
