"""Cases to try a policy on: every tool, one thing at a time, with the names that its rules name."""

import re
from collections.abc import Iterator
from typing import Any

from sre_agent.domain.actions import ActionKind
from sre_agent.domain.alert import Severity
from sre_agent.domain.plan import Risk
from sre_agent.safety import examples
from sre_agent.safety.facts import WEEKDAYS, Facts
from sre_agent.safety.policy import Policy

_LITERAL = re.compile(r'"([^"\\]*)"' + r"|'([^'\\]*)'")
_NAMES_AT_MOST = 40
_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Pod", "Node")
_NUMBERS = (0, 1, 5, 100)
_NAMED = (
    ("target", "namespace"),
    ("target", "name"),
    ("plan", "playbook"),
    ("plan", "fault_class"),
    ("incident", "cluster"),
    ("incident", "org"),
)
"""The facts that are names; the names that the rules write are tried for each."""


def cases(policy: Policy) -> Iterator[Facts]:
    """Yield the enumerated cases, the examples beside the rules left out."""
    names = _names(policy)
    changes = list(_changes(policy, names))
    environment = min(policy.environments, default=None)
    reads = sorted(policy.tools.reads)
    # One tool that reads is as good as another, unless a rule names it.
    fully = {*policy.tools.writes, *reads[:1], *(tool for tool in reads if tool[1] in names)}
    for server, tool in sorted(policy.tools.reads | policy.tools.writes):
        tried = [*changes, *_arguments(policy.tools.kinds.find(server, tool))]
        for change in tried if (server, tool) in fully else changes[:1]:
            given: dict[str, dict[str, Any]] = {
                "action": {"server": server, "tool": tool},
                "target": {"environment": environment},
                "incident": {"tier": 2, "budget_left": 0.5, "burns_fast": False},
            }
            for part, values in change.items():
                given[part] = {**given.get(part, {}), **values}
            yield examples.complete(policy, given)


def _arguments(kind: ActionKind | None) -> Iterator[dict[str, dict[str, Any]]]:
    """Yield the arguments of an action that are no free text, one at a time."""
    for name, argument in kind.arguments.items() if kind else ():
        values: tuple[Any, ...] = argument.choices
        if argument.type == "boolean":
            values = (False, True)
        elif argument.type == "integer":
            bounds = {value for value in (argument.minimum, argument.maximum) if value is not None}
            values = tuple(sorted({*_NUMBERS, *bounds}))
        yield from ({"action": {"arguments": {name: value}}} for value in values)


def _names(policy: Policy) -> list[str]:
    """Return the texts that the rules compare with."""
    written = (match for rule in policy.rules for match in _LITERAL.findall(rule.text.when))
    return sorted({double or single for double, single in written if double or single})


def _changes(policy: Policy, names: list[str]) -> Iterator[dict[str, dict[str, Any]]]:
    """Yield what differs from the usual case, one thing at a time; first nothing."""
    yield {}
    for part, name in _NAMED:
        yield from ({part: {name: value}} for value in names[:_NAMES_AT_MOST])
    for kind in _KINDS:
        yield {"target": {"kind": kind}, "action": {"has_controller": True}}
        yield {"target": {"kind": kind}}
    tried: dict[tuple[str, str], tuple[Any, ...]] = {
        ("target", "environment"): tuple(sorted(policy.environments)),
        ("action", "risk"): tuple(Risk),
        ("action", "risk_score"): (0, 20, 40, 60, 80, 100),
        ("action", "has_inverse"): (False,),
        ("action", "pods"): (0, 1, 10, 100),
        ("action", "callers"): (0, 10),
        ("plan", "confidence"): (0.0, 0.5, 1.0),
        ("plan", "actions"): (2, 5),
        ("incident", "severity"): tuple(Severity),
        ("incident", "tier"): (1, 3, 4),
        ("incident", "budget_left"): (0.0, 0.1, 0.2, 1.0),
        ("incident", "burns_fast"): (True,),
        ("time", "weekday"): WEEKDAYS,
        ("time", "hour"): tuple(range(24)),
    }
    for (part, name), values in tried.items():
        yield from ({part: {name: value}} for value in values)
    for role in ("responder", "approver", "admin"):
        yield {"actor": {"kind": "person", "role": role}}
