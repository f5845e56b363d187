"""Conditions in CEL over what is known of a cause: they hold, they do not, or nobody can tell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from sre_agent.planning import facts

View = Mapping[str, Any]
_FACT = re.compile(r"\bfacts\.([A-Za-z_]\w*)")
# All that an evaluation raises, by the library's documentation: unknown names and fields, mixed
# types, bad values, numbers out of range.
_EVALUATION_ERRORS = (LookupError, RuntimeError, TypeError, ValueError, ArithmeticError)


@dataclass(frozen=True)
class Answer:
    """Whether a condition holds; `fault` says why nobody can tell, and then it does not hold."""

    holds: bool
    fault: str = ""


def check(text: str) -> str:
    """Return the condition as it is written, once it is known to be one.

    Raises:
        ValueError: It is no CEL expression, or speaks of a fact that no cause ever has.
    """
    _compiled(text)
    unknown = sorted(set(_FACT.findall(text)) - set(facts.KNOWN))
    if unknown:
        raise ValueError(f"no cause has a fact {', '.join(unknown)}")
    return text


def evaluate(text: str, view: View) -> Answer:
    """Return whether a condition holds for what is known."""
    try:
        holds = _compiled(text).execute(dict(view))
    except _EVALUATION_ERRORS as error:
        return Answer(holds=False, fault=str(error).strip().partition("\n")[0])
    if holds is not True and holds is not False:
        return Answer(holds=False, fault="it is neither true nor false")
    return Answer(holds=holds)


@lru_cache(maxsize=1024)
def _compiled(text: str) -> cel.Program:
    return cel.compile(text)
