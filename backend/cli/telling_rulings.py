"""What a ruling went by, in lines for people: risk with its terms, and how the service stands."""

from collections.abc import Iterator
from typing import Any

from sre_agent.domain.risk import RiskScore
from sre_agent.safety import risk
from sre_agent.safety.facts import Facts


def circumstances(facts: Facts) -> Iterator[str]:
    """Yield what rules see of the incident, the asker and the risk, the unknown named as such."""
    said = facts.incident
    left = "not known" if said.budget_left is None else f"{said.budget_left:.0%} left"
    burning = ", burning fast" if said.burns_fast else ""
    tier = "not known" if said.tier is None else str(said.tier)
    where = facts.target.environment or "not known"
    yield f"environment {where}; tier {tier}; error budget {left}{burning}"
    role = f" ({facts.actor.role})" if facts.actor.role else ""
    yield f"asked for by: {facts.actor.kind}{role}"
    if facts.scored is not None:
        yield from scored(facts.scored)


def scored(found: RiskScore) -> Iterator[str]:
    """Yield a risk and the terms that add to it."""
    yield f"risk {found.score} of 100, {risk.level(found.score)}"
    for term in found.terms:
        if term.points:
            yield f"  {term.points:>3}  {term.name}: {term.statement}"


def in_short(written: dict[str, Any] | None) -> str:
    """Return a risk as a log keeps it, with what adds to it; nothing where it keeps none."""
    if not written:
        return ""
    found = RiskScore.model_validate(written)
    adding = ", ".join(f"{term.name} {term.points}" for term in found.terms if term.points)
    return f" (risk {found.score} of 100: {adding})"
