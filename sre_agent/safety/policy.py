"""Policy as code: CEL rules that rule on each action. Deny beats ask beats allow; errors deny."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cel
import yaml
from pydantic import Field, StrictInt, ValidationError

from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Value
from sre_agent.domain.plan import Action, DryRun, Plan
from sre_agent.domain.ruling import PolicyRuling, Ruling

NO_RULE = "no-rule-speaks-of-it"
UNKNOWN_TOOL = "tool-not-on-the-allow-list"
UNLOADABLE = "policy-not-loadable"
SEVEREST_FIRST = (Ruling.DENY, Ruling.ASK, Ruling.ALLOW)
"""The order in which rulings beat each other."""

# All that an evaluation raises, by the library's documentation: unknown names and fields, mixed
# types, bad values, numbers out of range.
_EVALUATION_ERRORS = (LookupError, RuntimeError, TypeError, ValueError, ArithmeticError)


class RuleText(Value):
    """A rule as it is written."""

    name: str = Field(min_length=1)
    ruling: Ruling
    when: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class PolicyText(Value):
    """A policy file as it is written; `bounds` are the numbers that its rules go by."""

    rules: tuple[RuleText, ...] = Field(min_length=1)
    bounds: dict[str, StrictInt] = Field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """A rule whose condition is compiled."""

    text: RuleText
    condition: cel.Program


@dataclass(frozen=True)
class Tools:
    """The (server, tool) pairs that only read, and those that write. Any other is denied."""

    reads: frozenset[tuple[str, str]] = frozenset()
    writes: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Policy:
    """Compiled rules and their bounds, or the fault for which there are none: then all is denied."""

    rules: tuple[Rule, ...]
    tools: Tools
    fault: str | None = None
    bounds: Mapping[str, int] = field(default_factory=dict)


def load(files: Mapping[str, str], tools: Tools) -> Policy:
    """Return the policy of some YAML texts by file name; it never raises, a bad one denies all."""
    rules: list[Rule] = []
    bounds: dict[str, int] = {}
    for name in sorted(files):
        try:
            text = PolicyText.model_validate(yaml.safe_load(files[name]))
            rules += [Rule(rule, cel.compile(rule.when)) for rule in text.rules]
            if twice := bounds.keys() & text.bounds:
                return broken(f"{name} sets a bound that another file sets: {min(twice)}")
            bounds |= text.bounds
        except (yaml.YAMLError, ValidationError, ValueError) as error:
            return broken(f"{name} is not a policy: {_first_line(error)}")
    names = [rule.text.name for rule in rules]
    if not rules:
        return broken("there are no policy rules")
    if len(set(names)) != len(names):
        return broken("two policy rules have the same name")
    return Policy(rules=tuple(rules), tools=tools, bounds=bounds)


def broken(fault: str) -> Policy:
    """Return a policy that denies everything, because of a fault."""
    return Policy(rules=(), tools=Tools(), fault=fault)


def rule(policy: Policy, action: Action, plan: Plan, incident: Incident) -> PolicyRuling:
    """Return the severest ruling that any rule makes on an action, with that rule's name."""
    if policy.fault:
        return _ruling(action, Ruling.DENY, UNLOADABLE, policy.fault)
    tool = (action.call.server, action.call.tool)
    if tool not in policy.tools.reads | policy.tools.writes:
        reason = f"nobody may call {action.call.server}.{action.call.tool}"
        return _ruling(action, Ruling.DENY, UNKNOWN_TOOL, reason)
    facts = _facts(policy, action, plan, incident)
    made: dict[Ruling, PolicyRuling] = {}
    for item in policy.rules:
        try:
            holds = item.condition.execute(facts)
        except _EVALUATION_ERRORS as error:
            reason = f"the rule cannot be evaluated: {_first_line(error)}"
            return _ruling(action, Ruling.DENY, item.text.name, reason)
        if holds is not True and holds is not False:
            reason = "the rule's condition is neither true nor false"
            return _ruling(action, Ruling.DENY, item.text.name, reason)
        if holds:
            ruled = _ruling(action, item.text.ruling, item.text.name, item.text.reason)
            made.setdefault(item.text.ruling, ruled)
    default = _ruling(action, Ruling.ASK, NO_RULE, "what no rule speaks of is asked")
    return next((made[ruling] for ruling in SEVEREST_FIRST if ruling in made), default)


def _facts(policy: Policy, action: Action, plan: Plan, incident: Incident) -> dict[str, Any]:
    """Return what rules may see: nothing whose text comes from telemetry."""
    return {
        "action": {
            "server": action.call.server,
            "tool": action.call.tool,
            "arguments": action.call.arguments,
            "is_read": (action.call.server, action.call.tool) in policy.tools.reads,
            "target": action.target.model_dump(),
            "risk": action.risk.value,
            "has_inverse": action.inverse is not None,
            "pods": action.blast_radius.pods,
            "callers": len(action.blast_radius.callers),
            **_rehearsal(action.dry_run),
        },
        "plan": {
            "playbook": plan.playbook,
            "fault_class": plan.fault_class,
            "confidence": plan.confidence,
            "actions": len(plan.actions),
        },
        "incident": {"org": incident.org_id, "cluster": incident.cluster_id},
        "bounds": dict(policy.bounds),
    }


def _rehearsal(dry_run: DryRun | None) -> dict[str, Any]:
    """Return the numbers of the dry run, those that are none left out, so that `has()` tells."""
    figures = dry_run.figures if dry_run else ()
    return {
        "before": {item.name: item.before for item in figures if item.before is not None},
        "after": {item.name: item.after for item in figures if item.after is not None},
        "has_controller": dry_run is not None and dry_run.controller is not None,
    }


def _ruling(action: Action, ruling: Ruling, name: str, reason: str) -> PolicyRuling:
    return PolicyRuling(action_id=action.id, ruling=ruling, rule=name, reason=reason)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
