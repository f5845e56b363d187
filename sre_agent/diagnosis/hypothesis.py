"""A possible cause while it is being weighed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sre_agent.diagnosis.changes import Release
from sre_agent.domain.causes import Finding, Stance
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

Fact = str | int | float | bool | None


@dataclass(frozen=True)
class Hypothesis:
    """What may be wrong with an object, proposed by a finding that says why it is thought of.

    `release` is the release it is thought to have come with, if any.
    """

    fault_class: FaultClass
    object: ObjectRef
    statement: str
    findings: tuple[Finding, ...]
    release: Release | None = None
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def is_supported(self) -> bool:
        """Return whether any finding it was proposed with speaks for it."""
        return any(finding.stance is Stance.FOR for finding in self.findings)


@dataclass(frozen=True)
class Suspect:
    """The cause and object a finding is about."""

    fault_class: FaultClass
    object: ObjectRef

    def speaks_for(
        self, rule: str, weight: float, statement: str, ids: Iterable[EvidenceId]
    ) -> Finding:
        """Return a finding for this suspect's guilt."""
        return self._finding(rule, Stance.FOR, weight, statement, ids)

    def speaks_against(
        self, rule: str, weight: float, statement: str, ids: Iterable[EvidenceId]
    ) -> Finding:
        """Return a finding against this suspect's guilt."""
        return self._finding(rule, Stance.AGAINST, weight, statement, ids)

    def _finding(
        self, rule: str, stance: Stance, weight: float, statement: str, ids: Iterable[EvidenceId]
    ) -> Finding:
        return Finding(
            rule=rule,
            fault_class=self.fault_class,
            object=self.object,
            stance=stance,
            weight=weight,
            statement=statement,
            evidence_ids=tuple(sorted(set(ids))),
        )
