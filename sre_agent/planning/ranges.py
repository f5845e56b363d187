"""Between which values an argument of a repair may be, where more than one would be as good a repair."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from sre_agent.domain.actions import Argument
from sre_agent.domain.model import Value
from sre_agent.domain.model_choice import Bound
from sre_agent.planning.sizing import MIB

Fact = str | int | float | bool | None
_BYTES = {"": 1, "Mi": MIB}


class Range(Value):
    """More than a fact says, and at most so many times that; in whole units.

    With the unit `Mi` the fact is in bytes and the argument a text such as `96Mi`; without one both
    are whole numbers.
    """

    above: str
    times: int = Field(ge=2, le=10)
    unit: Literal["", "Mi"] = ""

    def bound(
        self, name: str, facts: Mapping[str, Fact], by_rules: Fact, known: Argument | None
    ) -> Bound | None:
        """Return the least and the most of an argument; None where there is nothing to choose.

        Args:
            name: what the argument is called to whoever chooses.
            facts: those of the cause.
            by_rules: what the rules would write.
            known: what the catalogue says of the argument.
        """
        base, size = facts.get(self.above), _BYTES[self.unit]
        if isinstance(base, bool) or not isinstance(base, int) or base < 1:
            return None
        if isinstance(by_rules, bool) or not isinstance(by_rules, str if self.unit else int):
            return None
        least, most = base // size + 1, self.times * base // size
        if known is not None:
            least = max(least, known.minimum or least)
            most = min(most, most if known.maximum is None else known.maximum)
        if least >= most:
            return None
        return Bound(name=name, by_rules=by_rules, least=least, most=most, unit=self.unit)


@dataclass(frozen=True)
class Adjustment:
    """A bound, and the fact of the cause from which the argument is filled."""

    fact: str
    bound: Bound
