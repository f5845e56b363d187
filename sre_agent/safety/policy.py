"""Policy as code: CEL rules that rule on each action. Deny beats ask beats allow; errors deny."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

import cel

from sre_agent.domain import ruling
from sre_agent.domain.actions import NO_ACTIONS, Actions
from sre_agent.domain.ids import ActionId
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.ruling import PolicyRuling, Ruling
from sre_agent.safety import condition_cost, facts, model_choices, policy_files, rule_words
from sre_agent.safety.facts import UNTRIED, Circumstances, Facts, Known
from sre_agent.safety.policy_files import Fault, Reading
from sre_agent.safety.policy_text import EnvironmentText, ExampleText, RuleText
from sre_agent.safety.risk_terms import ENVIRONMENT

NO_RULE = "no-rule-speaks-of-it"
UNKNOWN_TOOL = "tool-not-on-the-allow-list"
WRONG_KIND = "action-not-for-this-kind"
UNKNOWN_ENVIRONMENT = "environment-not-known"
UNLOADABLE = "policy-not-loadable"
SEVEREST_FIRST = (Ruling.DENY, Ruling.ASK, Ruling.ALLOW)
"""The order in which rulings beat each other."""

# All that an evaluation raises, by the library's documentation: unknown names and fields, mixed
# types, bad values, numbers out of range.
_EVALUATION_ERRORS = (LookupError, RuntimeError, TypeError, ValueError, ArithmeticError)


@dataclass(frozen=True)
class Rule:
    """A rule whose condition is compiled."""

    text: RuleText
    condition: cel.Program


@dataclass(frozen=True)
class Tools:
    """The (server, tool) pairs that only read, and those that write. Any other is denied.

    `kinds` says what the writing ones do and to what; what it does not know is of high risk.
    """

    reads: frozenset[tuple[str, str]] = frozenset()
    writes: frozenset[tuple[str, str]] = frozenset()
    kinds: Actions = NO_ACTIONS


@dataclass(frozen=True)
class Policy:
    """Compiled rules and what they go by, or the fault for which there are none: then all is denied."""

    rules: tuple[Rule, ...]
    tools: Tools
    fault: str | None = None
    bounds: Mapping[str, int] = field(default_factory=dict)
    environments: Mapping[str, EnvironmentText] = field(default_factory=dict)
    zone: tzinfo = UTC
    examples: tuple[ExampleText, ...] = ()
    faults: tuple[Fault, ...] = ()
    """All that is wrong with the files, where it is known in such detail; the first is `fault`."""
    readable: "Policy | None" = None
    """Of a broken one what could be read: to be examined, never to rule by."""
    is_part: bool = False
    """Whether some file could not be read at all: what it has, the others may go by."""

    @property
    def lets_earn(self) -> bool:
        """Return whether any rule allows what has earned it: else nobody need look at the past."""
        return any(rule.text.allow_if_earned for rule in self.rules)

    def environment(self, cluster: str, namespace: str) -> str | None:
        """Return the one environment that a namespace belongs to; None for none and for several."""
        fitting = [name for name, one in self.environments.items() if one.has(cluster, namespace)]
        return fitting[0] if len(fitting) == 1 else None

    def risk_points(self, environment: str | None) -> int:
        """Return what an environment counts for in the risk; one nobody knows, as much as the worst."""
        if environment is not None:
            return self.environments[environment].risk_points
        return max((one.risk_points for one in self.environments.values()), default=ENVIRONMENT)


@dataclass(frozen=True)
class Trial:
    """What became of one rule: whether its condition held, or the fault that kept it from saying."""

    rule: RuleText
    holds: bool = False
    fault: str | None = None


def load(files: Mapping[str, str], tools: Tools) -> Policy:
    """Return the policy of some YAML texts by file name; it never raises, a bad one denies all."""
    found = policy_files.read(files)
    if found.fault is None:
        return _of(found, tools)
    readable = replace(_of(found, tools), is_part=len(found.texts) < len(files))
    return replace(broken(found.fault), faults=tuple(found.faults), readable=readable)


def _of(found: Reading, tools: Tools) -> Policy:
    texts = found.texts.values()
    return Policy(
        rules=tuple(Rule(text, condition) for text, condition in found.rules),
        tools=tools,
        bounds={name: one for text in texts for name, one in text.bounds.items()},
        environments={name: one for text in texts for name, one in text.environments.items()},
        zone=found.zone,
        examples=tuple(example for text in texts for example in text.examples),
    )


def broken(fault: str) -> Policy:
    """Return a policy that denies everything, because of a fault."""
    return Policy(rules=(), tools=Tools(), fault=fault)


def rule(
    policy: Policy,
    action: Action,
    plan: Plan,
    incident: Incident,
    at: Circumstances | None = None,
    *,
    by_model: bool = False,
) -> PolicyRuling:
    """Return the severest ruling that any rule makes on an action, with that rule's name.

    Without circumstances nothing is known of the time, and a rule that needs it denies. What rules
    allow is asked where a language model chose it, as the plan or `by_model` says.
    """
    seen = see(policy, action, plan, incident, at or Circumstances())
    ruled = judge(policy, seen, action.id)
    if plan.is_chosen_by_model or by_model:
        untried = seen.model_copy(update={"track": UNTRIED})
        ruled = model_choices.asked(ruled, judge(policy, untried, action.id))
    return ruled.model_copy(update={"risk": seen.scored})


def see(policy: Policy, action: Action, plan: Plan, incident: Incident, at: Circumstances) -> Facts:
    """Return the facts of an action as a policy sees them."""
    environment = policy.environment(incident.cluster_id, action.target.namespace)
    known = Known(
        is_read=(action.call.server, action.call.tool) in policy.tools.reads,
        kind=policy.tools.kinds.of(action.call),
        environment=environment,
        environment_points=policy.risk_points(environment),
        zone=policy.zone,
    )
    return facts.of(action, plan, incident, at, known)


def judge(policy: Policy, seen: Facts, action_id: ActionId) -> PolicyRuling:
    """Return the severest ruling that any rule makes on the facts; who answers, the strictest of all."""
    unruled = _unruled(policy, seen, action_id)
    if unruled is not None:
        return unruled
    made: list[RuleText] = []
    for trial in trials(policy, seen):
        if trial.fault is not None:
            return _denied(action_id, trial.rule.name, trial.fault)
        if trial.holds:
            made.append(rule_words.earned(trial.rule, seen))
    for severity in SEVEREST_FIRST:
        said = [item for item in made if item.ruling is severity]
        if said:
            return _said(action_id, said)
    reason = "what no rule speaks of is asked"
    return PolicyRuling(action_id=action_id, ruling=Ruling.ASK, rule=NO_RULE, reason=reason)


def _unruled(policy: Policy, seen: Facts, action_id: ActionId) -> PolicyRuling | None:
    """Return the denial of what no rule needs to speak of; None when the rules have the say."""
    if policy.fault:
        return _denied(action_id, UNLOADABLE, policy.fault)
    tool, kind = (seen.action.server, seen.action.tool), seen.target.kind
    named = ".".join(tool)
    if tool not in policy.tools.reads | policy.tools.writes:
        return _denied(action_id, UNKNOWN_TOOL, f"nobody may call {named}")
    known = policy.tools.kinds.find(*tool)
    if known is not None and kind not in known.target_kinds:
        return _denied(action_id, WRONG_KIND, f"{named} is nothing that is done to a {kind}")
    if policy.environments and seen.target.environment is None and not seen.action.is_read:
        return _denied(action_id, UNKNOWN_ENVIRONMENT, rule_words.nowhere(seen))
    return None


def trials(policy: Policy, seen: Facts) -> Iterator[Trial]:
    """Yield what each rule says of the facts, in the order of the rules."""
    visible = {**seen.visible(), "bounds": dict(policy.bounds)}
    too_large = condition_cost.too_large(visible)
    if too_large is not None:
        yield from (Trial(item.text, fault=too_large) for item in policy.rules)
        return
    try:
        variables = cel.Context(variables=visible)
    except _EVALUATION_ERRORS as error:
        yield from (Trial(item.text, fault=rule_words.fault(error)) for item in policy.rules)
        return
    for item in policy.rules:
        yield _try(item, variables, seen)


def _try(item: Rule, variables: cel.Context, seen: Facts) -> Trial:
    try:
        holds = item.condition.execute(variables)
    except _EVALUATION_ERRORS as error:
        return Trial(
            item.text, fault=rule_words.unknown(item.text, seen) or rule_words.fault(error)
        )
    if holds is not True and holds is not False:
        return Trial(item.text, fault="the rule's condition is neither true nor false")
    return Trial(item.text, holds=holds)


def _said(action_id: ActionId, rules: list[RuleText]) -> PolicyRuling:
    """Return what rules of one severity rule: the first names itself, all of them say who answers."""
    approvers = ruling.strictest(item.approvers for item in rules)
    asked = "" if approvers is None else f" (to be approved by {approvers.told})"
    return PolicyRuling(
        action_id=action_id,
        ruling=rules[0].ruling,
        rule=rules[0].name,
        reason=rules[0].reason + asked,
        approvers=approvers,
    )


def _denied(action_id: ActionId, name: str, reason: str) -> PolicyRuling:
    return PolicyRuling(action_id=action_id, ruling=Ruling.DENY, rule=name, reason=reason)
