"""Cases beside the rules: what is given of an action, completed to all that a rule can see."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sre_agent.domain.errors import PermanentError
from sre_agent.domain.ids import ActionId
from sre_agent.domain.ruling import PolicyRuling
from sre_agent.safety import policy
from sre_agent.safety.facts import Facts
from sre_agent.safety.policy import Policy
from sre_agent.safety.policy_text import ExampleText

ACTION = ActionId("example")
Given = dict[str, Any]

CLUSTER_WIDE = frozenset({"Node"})
"""Kinds of object that belong to no namespace."""

_USUAL: dict[str, Given] = {
    "action": {
        "risk": "medium",
        "risk_score": 50,
        "has_inverse": True,
        "pods": 2,
        "callers": 1,
        "before": {},
        "after": {},
        "has_controller": False,
    },
    "target": {"kind": "Deployment", "namespace": "a-namespace", "name": "a-workload"},
    "plan": {
        "playbook": "a-playbook",
        "fault_class": "bad_release",
        "confidence": 0.9,
        "actions": 1,
    },
    "incident": {"org": "an-org", "cluster": "a-cluster", "severity": "critical"},
    "actor": {},
    "track": {},
    "time": {"weekday": "tuesday", "hour": 10},
}


class InvalidExampleError(PermanentError):
    """An example gives what no rule can see, or too little."""


@dataclass(frozen=True)
class Outcome:
    """What policy rules on an example, and what is wrong about that, if anything."""

    example: ExampleText
    found: PolicyRuling | None
    fault: str | None


def complete(rules: Policy, given: Given) -> Facts:
    """Return the facts of a case; what is not given is that of a well-formed write.

    Arguments name the target unless they say otherwise; null takes a fact or an argument away.

    Raises:
        InvalidExampleError: It names no tool, gives a fact that there is not, or one of a wrong type.
    """
    if unknown := sorted(given.keys() - _USUAL.keys()):
        raise InvalidExampleError(
            f"there is no fact {unknown[0]!r}: give some of {', '.join(_USUAL)}"
        )
    if not all(isinstance(part, dict) for part in given.values() if part is not None):
        raise InvalidExampleError(
            "each fact is a mapping, such as {action: {tool: restart_rollout}}"
        )
    parts = {name: {**usual, **(given.get(name) or {})} for name, usual in _USUAL.items()}
    server = _server(rules, parts["action"])
    parts["target"] = _target(rules, (server, parts["action"]["tool"]), given.get("target") or {})
    parts["action"] = _action(rules, {**parts["action"], "server": server}, parts["target"])
    where = (parts["incident"]["cluster"], parts["target"]["namespace"])
    parts["target"].setdefault("environment", rules.environment(*map(str, where)))
    wanted: dict[str, Any] = dict(parts)
    if "time" in given and given["time"] is None:
        wanted["time"] = None
    try:
        return Facts.model_validate(wanted)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidExampleError(f"{place}: {first['msg']}") from error


def _target(rules: Policy, tool: tuple[str, str], said: Given) -> Given:
    """Return the target; what is not said is that of the first kind that the tool is for."""
    usual = _USUAL["target"]
    known = rules.tools.kinds.find(*tool)
    kind = said.get("kind", known.target_kinds[0] if known else usual["kind"])
    where = {"namespace": ""} if kind in CLUSTER_WIDE else {}
    return {**usual, "kind": kind, **where, **said}


def _server(rules: Policy, said: Given) -> str:
    """Return the server whose tool an action calls.

    Raises:
        InvalidExampleError: It names no tool, or one that several servers or none may have.
    """
    tool = said.get("tool")
    if tool is None:
        raise InvalidExampleError("it names no tool: give action.tool")
    servers = sorted(
        server for server, name in rules.tools.reads | rules.tools.writes if name == tool
    )
    server = said.get("server", servers[0] if servers else None)
    if server is None:
        raise InvalidExampleError(f"no server has the tool {tool!r}: give action.server as well")
    return str(server)


def _action(rules: Policy, said: Given, target: Given) -> Given:
    tool, server = said["tool"], said["server"]
    wide = target["kind"] in CLUSTER_WIDE
    named = {key: target[key] for key in ("namespace", "name") if not (wide and key == "namespace")}
    arguments = {**named, **(said.get("arguments") or {})}
    return {
        "is_read": (server, tool) in rules.tools.reads,
        **said,
        "server": server,
        "arguments": {key: value for key, value in arguments.items() if value is not None},
    }


def run(rules: Policy) -> list[Outcome]:
    """Return what becomes of every example beside the rules, in their order."""
    return [_run(rules, example) for example in rules.examples]


def _run(rules: Policy, example: ExampleText) -> Outcome:
    try:
        found = policy.judge(rules, complete(rules, example.given), ACTION)
    except InvalidExampleError as error:
        return Outcome(example, None, str(error))
    wanted = {
        "ruling": (example.ruling, found.ruling),
        "rule": (example.rule or found.rule, found.rule),
        "approvers": (example.approvers or found.approvers, found.approvers),
    }
    wrong = [
        f"{name} {has} instead of {should}"
        for name, (should, has) in wanted.items()
        if should != has
    ]
    return Outcome(example, found, f"{'; '.join(wrong)} ({found.reason})" if wrong else None)
