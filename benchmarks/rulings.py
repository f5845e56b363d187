"""How fast policy rules: `python -m benchmarks.rulings`. Nothing but rules; no I/O."""

import time
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.figure import Figure, show
from sre_agent.config import permissions
from sre_agent.safety import examples, policy
from sre_agent.safety.facts import Facts
from sre_agent.safety.policy import Policy

COMMAND = "python -m benchmarks.rulings"
RULES = 500
LASTS_S = 3.0


def run() -> Iterator[Figure]:
    """Rule on the shipped examples for a while: by the shipped rules, then by many; yield the figures."""
    shipped = permissions.load_rules()
    for name, rules in (
        (f"rulings by the {len(shipped.rules)} shipped rules", shipped),
        (f"rulings by {RULES} rules", many(shipped, RULES)),
    ):
        yield Figure(name, _per_second(rules), "/s", COMMAND)


def many(shipped: Policy, count: int) -> Policy:
    """Return the shipped rules and others beside them, until there are so many."""
    rules = "".join(
        f"  - name: own-{number}\n    ruling: ask\n    reason: r\n    when: >-\n"
        f'      !action.is_read && target.namespace == "team-{number}" && '
        f'action.risk in ["medium", "high"] && time.hour >= {number % 24}\n'
        for number in range(count - len(shipped.rules))
    )
    own = policy.load({"own.yaml": f"rules:\n{rules}"}, shipped.tools)
    if own.fault is not None:
        raise RuntimeError(own.fault)
    return replace(shipped, rules=(*shipped.rules, *own.rules))


def _per_second(rules: Policy) -> float:
    given = [example.given for example in rules.examples]
    facts: list[Facts] = [examples.complete(rules, one) for one in given]
    done, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < LASTS_S:
        for one in facts:
            policy.judge(rules, one, examples.ACTION)
        done += len(facts)
    return done / took


if __name__ == "__main__":
    show(run())
