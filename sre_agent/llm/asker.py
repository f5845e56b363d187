"""What everybody who asks a model in a role needs: whom to ask, what it may be told, and for how long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.llm import allowance
from sre_agent.llm.mind import Mind
from sre_agent.llm.redaction import Redactor


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who is asked, and how. `prompts` is a folder instead of the built-in one.

    The mind of an incident hears nothing private and keeps to its budgets by itself; the redactor is
    for what is logged.
    """

    mind_for: Callable[[Incident], Mind]
    redactor_for: Callable[[Incident], Redactor]
    allowance: str = ""
    """What a model elsewhere is told beside the shipped list of kinds of evidence, and what it is not."""
    prompts: Traversable | None = None
    deadline_s: float = 30.0

    def told(self, mind: Mind, evidence: Sequence[Evidence]) -> list[Evidence]:
        """Return what of the evidence a mind may be told."""
        allowed = allowance.load(is_local=mind.is_local, changes=self.allowance)
        return [item for found in evidence if (item := allowed.of(found)) is not None]
