"""What a patch can break: a kind of change, and the ways to fail that it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass

from sre_agent.diagnosis.changes.symptoms import Symptom
from sre_agent.diagnosis.changes.traits import Trait

Kind = tuple[str, Trait, Mapping[Symptom, float]]
"""Its name, how it is told, and what it leads to."""


@dataclass(frozen=True)
class Harm:
    """A kind of change that a patch makes, and how likely each way to fail is after it (0 to 1).

    It is structural where it shows in the build of the code, and not only in words that it touches.
    """

    name: str
    leads_to: Mapping[Symptom, float]
    is_structural: bool = False
