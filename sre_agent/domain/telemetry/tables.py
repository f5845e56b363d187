"""Many metrics of many entities over one clock, as an array with a column each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sre_agent.domain.ids import NO_EVIDENCE, EvidenceId

Floats = NDArray[np.float64]


class MetricKey(NamedTuple):
    """A column's name: of whom (service, instance, node …), and what is measured."""

    entity: str
    metric: str


@dataclass(frozen=True, eq=False)
class MetricTable:
    """Samples on a common clock.

    `times` are seconds since the epoch, rising, shape (T,); `keys` name the columns; `values` has
    shape (T, N), NaN where there is no sample. The arrays are not to be written to.
    """

    times: Floats
    keys: tuple[MetricKey, ...]
    values: Floats
    source: EvidenceId = NO_EVIDENCE

    def __post_init__(self) -> None:
        """Refuse what does not fit together.

        Raises:
            ValueError: The shapes differ, the times fall, or a key stands twice.
        """
        expected = (len(self.times), len(self.keys))
        if self.values.shape != expected:
            raise ValueError(f"values have the shape {self.values.shape}, not {expected}")
        if np.any(np.diff(self.times) <= 0.0):
            raise ValueError("times have to rise from row to row: sort them and leave out doubles")
        if len(set(self.keys)) != len(self.keys):
            raise ValueError("a column of one entity and one metric stands twice")

    @classmethod
    def build(
        cls,
        times: Sequence[float] | Floats,
        columns: Mapping[tuple[str, str], Sequence[float] | Floats],
        source: EvidenceId = NO_EVIDENCE,
    ) -> Self:
        """Return the table of columns that share one clock, its columns in order of their names.

        Args:
            times: seconds since the epoch, in any order; of doubles the last row counts.
            columns: by entity and metric; NaN where there is no sample.
            source: where the samples were read.
        """
        keys = tuple(MetricKey(*key) for key in sorted(columns))
        clock = np.asarray(times, dtype=np.float64)
        stacked = [np.asarray(columns[key], dtype=np.float64) for key in keys]
        values = np.column_stack(stacked) if stacked else np.empty((len(clock), 0))
        rising, last = np.unique(clock[::-1], return_index=True)
        return cls(rising, keys, values[len(clock) - 1 - last], source)

    @classmethod
    def from_samples(
        cls,
        samples: Mapping[tuple[str, str], Iterable[tuple[float, float]]],
        source: EvidenceId = NO_EVIDENCE,
    ) -> Self:
        """Return the table of series that were sampled each on a clock of its own.

        Args:
            samples: by entity and metric, pairs of seconds since the epoch and a value.
            source: where the samples were read.
        """
        series = {key: dict(pairs) for key, pairs in samples.items()}
        clock = sorted({at for pairs in series.values() for at in pairs})
        columns = {
            key: [pairs.get(at, np.nan) for at in clock] for key, pairs in sorted(series.items())
        }
        return cls.build(clock, columns, source)

    @property
    def entities(self) -> tuple[str, ...]:
        """Return whom the table speaks of, in order of their names."""
        return tuple(sorted({key.entity for key in self.keys}))

    @property
    def step_s(self) -> float:
        """Return the usual distance of two rows in seconds, 0 with fewer than two."""
        return float(np.median(np.diff(self.times))) if len(self.times) > 1 else 0.0

    def column(self, entity: str, metric: str) -> Floats:
        """Return the samples of one metric of one entity.

        Raises:
            KeyError: The table has no such column.
        """
        key = MetricKey(entity, metric)
        if key not in self.keys:
            raise KeyError(f"the table has no column {entity}/{metric}")
        return self.values[:, self.keys.index(key)]

    def between(self, start_s: float, end_s: float) -> Self:
        """Return the rows from a time (included) to another (left out)."""
        rows = (self.times >= start_s) & (self.times < end_s)
        return type(self)(self.times[rows], self.keys, self.values[rows], self.source)

    def where(self, wanted: Callable[[MetricKey], bool]) -> Self:
        """Return the columns whose key is wanted."""
        chosen = [index for index, key in enumerate(self.keys) if wanted(key)]
        keys = tuple(self.keys[index] for index in chosen)
        return type(self)(self.times, keys, self.values[:, chosen], self.source)

    def select(self, keys: Sequence[tuple[str, str]]) -> Self:
        """Return these columns, in this order; one that is not there has no samples."""
        place = {key: index for index, key in enumerate(self.keys)}
        values = np.full((len(self.times), len(keys)), np.nan)
        for index, key in enumerate(MetricKey(*key) for key in keys):
            if key in place:
                values[:, index] = self.values[:, place[key]]
        return type(self)(self.times, tuple(MetricKey(*key) for key in keys), values, self.source)
