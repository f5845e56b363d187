"""What was measured around a trouble: how far each metric shifted, and the evidence of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sre_agent.diagnosis.metrics import shifts
from sre_agent.diagnosis.metrics.shifts import Shift, Shifts
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.telemetry import MetricTable


@dataclass(frozen=True)
class Measured:
    """The shifts of every entity, and where they were read.

    `calls` tell by name who was measured calling whom.
    """

    shifts: Shifts
    sources: Mapping[str, tuple[EvidenceId, ...]] = field(default_factory=dict)
    calls: Mapping[str, Collection[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: MetricTable, begun_s: float | None = None) -> "Measured":
        """Return what a table shows.

        Args:
            table: metrics from before the trouble and since.
            begun_s: when the trouble began, in seconds since the epoch; where that is not known, the
                first part of the table is taken to be from before.
        """
        found = shifts.shifts(table, begun_s)
        return cls(found, dict.fromkeys(found, (table.source,)))

    def joined(self, other: "Measured") -> "Measured":
        """Return this with what was measured otherwise of the same entities, or of others."""
        entities = sorted({*self.shifts, *other.shifts})
        return Measured(
            {name: {**self.of_entity(name), **other.of_entity(name)} for name in entities},
            {name: tuple(sorted({*self.ids(name), *other.ids(name)})) for name in entities},
            {**self.calls, **other.calls},
        )

    def of_entity(self, name: str) -> Mapping[str, Shift]:
        """Return the shifts of one entity by metric; nothing where none was measured."""
        return self.shifts.get(name, {})

    def ids(self, *entities: str) -> tuple[EvidenceId, ...]:
        """Return the evidence of what was measured of some entities, each once."""
        return tuple(sorted({id_ for name in entities for id_ in self.sources.get(name, ())}))
