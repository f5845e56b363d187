"""What a model answered, held against the evidence: what does not hold is struck and counted.

The model's words are taken apart into claims about single facts. A fact that survives is told as the
evidence has it, never as the model wrote it.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.opinion import (
    Claim,
    ModelCause,
    Opinion,
    Relation,
    Scalar,
    StruckClaim,
)
from sre_agent.llm import fencing, subjects
from sre_agent.llm.facts import plain, shown, table
from sre_agent.safety.redaction import redact

MAX_CAUSES = 3
MAX_CLAIMS = 8
"""Of one cause; more are struck unread."""
MAX_STRUCK_TOLD = 20
_STATEMENT = 300
_SAID = 120
_NAME = 60
_SHORTEST_QUOTE = 3
_NEW = "new:"
_TOLERANCE = 0.005
"""Numbers are shown with four figures."""

Restore = Callable[[str], str]
"""Puts back what was taken out of a text before a model saw it."""


class ClaimedFact(BaseModel):
    """One fact that speaks for the cause, exactly as it was shown."""

    model_config = ConfigDict(extra="ignore")

    evidence: str = Field(description="the id in brackets above the fact")
    fact: str = Field(description="the path to the left of ' = '")
    relation: str = Field(default="is", description="is, above, below or contains")
    value: str | int | float | bool = Field(description="the value to the right of ' = '")


class ProposedCause(BaseModel):
    """One cause with the facts that speak for it."""

    model_config = ConfigDict(extra="ignore")

    fault_class: str = Field(description="a listed fault class, or new: and a short name")
    object: str = Field(description="an object exactly as listed")
    statement: str = Field(default="", description="one plain sentence")
    claims: list[ClaimedFact] = Field(default_factory=list)


class ReflectorAnswer(BaseModel):
    """At most three causes, the likeliest first; none if the facts name none."""

    model_config = ConfigDict(extra="ignore")

    causes: list[ProposedCause] = Field(default_factory=list)


class _Strike(Exception):  # noqa: N818 - a verdict on one claim, caught where it is counted
    """Why a claim does not count."""


def check(
    answer: ReflectorAnswer,
    evidence: Sequence[Evidence],
    objects: Mapping[str, ObjectRef],
    restore: Restore = str,
) -> Opinion:
    """Return what is left of an answer.

    Args:
        answer: what the model said.
        evidence: all that it was shown.
        objects: what it may name, by the form in which that was shown.
        restore: puts back what was taken out of the text before the model saw it.
    """
    court = _Court(evidence, objects, restore)
    causes = [found for item in answer.causes[:MAX_CAUSES] if (found := court.judge(item))]
    for item in answer.causes[MAX_CAUSES:]:
        court.strike(item.fault_class, f"only {MAX_CAUSES} causes are heard")
    return Opinion(
        causes=tuple(causes),
        struck=tuple(court.struck[:MAX_STRUCK_TOLD]),
        struck_count=len(court.struck),
    )


@dataclass(frozen=True)
class Held:
    """The claims about one object that the evidence bears out, and those that were struck."""

    claims: tuple[Claim, ...]
    struck: tuple[StruckClaim, ...]
    struck_count: int


def hold(said: Sequence[ClaimedFact], evidence: Sequence[Evidence], ref: ObjectRef) -> Held:
    """Return what is left of claims about an object, which nothing but the evidence decides."""
    court = _Court(evidence, {}, str)
    kept = tuple(court.kept(said, ref))
    return Held(kept, tuple(court.struck[:MAX_STRUCK_TOLD]), len(court.struck))


class _Court:
    def __init__(
        self, evidence: Sequence[Evidence], objects: Mapping[str, ObjectRef], restore: Restore
    ) -> None:
        self._evidence = {str(item.id): item for item in evidence}
        self._objects = objects
        self._restore = restore
        self._tables: dict[str, dict[str, Scalar]] = {}
        self.struck: list[StruckClaim] = []

    def strike(self, said: str, reason: str) -> None:
        told = plain(redact(self._restore(said[: 4 * _SAID])), _SAID)
        self.struck.append(StruckClaim(said=told, reason=reason))

    def judge(self, said: ProposedCause) -> ModelCause | None:
        """Return a cause with the claims that hold; None where it names what nobody saw."""
        ref = self._objects.get(self._restore(said.object[:_STATEMENT]).strip())
        named = _fault(said.fault_class)
        told = f"{said.fault_class[:_SAID]} of {said.object[:_SAID]}"
        if ref is None:
            self.strike(told, "no evidence tells of that object")
            return None
        if named is None:
            self.strike(told, "it names no class of fault")
            return None
        fault_class, is_known = named
        return ModelCause(
            fault_class=fault_class,
            is_in_catalogue=is_known,
            object=ref,
            statement=plain(redact(self._restore(said.statement[: 4 * _STATEMENT])), _STATEMENT),
            claims=tuple(self.kept(said.claims, ref)),
        )

    def kept(self, said: Sequence[ClaimedFact], ref: ObjectRef) -> list[Claim]:
        """Return the claims that hold, each fact once."""
        kept: dict[tuple[str, str], Claim] = {}
        for number, item in enumerate(said):
            told = f"{item.evidence[:_SAID]} {item.fact[:_SAID]} {str(item.value)[:_SAID]}"
            if number >= MAX_CLAIMS:
                self.strike(told, f"only {MAX_CLAIMS} claims of a cause are heard")
                continue
            try:
                claim = self._hold(item, ref)
            except _Strike as struck:
                self.strike(told, str(struck))
            else:
                kept.setdefault((claim.evidence_id, claim.path), claim)
        return list(kept.values())

    def _hold(self, said: ClaimedFact, ref: ObjectRef) -> Claim:
        """Return the claim as the evidence has it.

        Raises:
            _Strike: It does not hold, for this reason.
        """
        found = self._evidence.get(said.evidence.strip().strip("[]"))
        if found is None:
            raise _Strike("there is no such evidence")
        path = said.fact.strip()
        facts = self._tables.setdefault(str(found.id), table(found))
        if path not in facts:
            raise _Strike("the evidence has no such fact")
        value = facts[path]
        claimed = self._restore(said.value) if isinstance(said.value, str) else said.value
        if not _holds(value, said.relation.strip().lower(), claimed):
            raise _Strike(f"the evidence says {plain(shown(value), _SAID)}")
        if not subjects.is_about(found, facts, path, ref):
            raise _Strike(f"that is not about {ref}")
        return Claim(
            evidence_id=found.id,
            path=path,
            value=shown(value) if isinstance(value, str) else value,
            claimed=plain(f"{said.relation} {shown(claimed)}", _SAID),
        )


def _fault(said: str) -> tuple[str, bool] | None:
    """Return a class of the catalogue, or a new name in plain words, and whether it is of the catalogue."""
    name = redact(plain(said, 4 * _NAME)).strip()
    if name in set(FaultClass):
        return name, True
    if not name.lower().startswith(_NEW):
        return None
    words = re.sub(r"[^\w\s-]", "", name[len(_NEW) :]).strip()[:_NAME]
    return (words, False) if words else None


def _holds(value: Scalar, relation: str, claimed: Scalar) -> bool:
    match relation:
        case Relation.IS:
            return _equals(value, claimed)
        case Relation.ABOVE | Relation.BELOW:
            numbers = _number(value), _number(claimed)
            if numbers[0] is None or numbers[1] is None:
                return False
            is_above = numbers[0] > numbers[1]
            return is_above if relation == Relation.ABOVE else numbers[0] < numbers[1]
        case Relation.CONTAINS:
            part = shown(claimed).casefold().rstrip("…")
            forms = _forms(_line(value)) if isinstance(value, str) else ()
            return len(part) >= _SHORTEST_QUOTE and any(part in form.casefold() for form in forms)
        case _:
            return False


def _equals(value: Scalar, claimed: Scalar) -> bool:
    if isinstance(value, bool) or isinstance(claimed, bool):
        return shown(value) == shown(claimed).lower()
    if isinstance(value, str):
        return shown(value) == shown(claimed) or _line(str(claimed)) in _forms(shown(value))
    other = _number(claimed)
    return other is not None and abs(value - other) <= _TOLERANCE * max(abs(value), abs(other))


def _line(text: str) -> str:
    """Return a text as one plain line, uncut."""
    return plain(text, len(text))


def _forms(line: str) -> tuple[str, ...]:
    """Return a line as it is, and as a model was shown it, with marks of conversations broken."""
    return line, fencing.harmless(line)


def _number(value: Scalar) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
