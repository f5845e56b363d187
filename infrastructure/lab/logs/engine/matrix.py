"""Series over steps, and the labels they are told apart by."""

from collections.abc import Mapping
from dataclasses import dataclass

from infrastructure.lab.logs.logql.syntax import Grouping
from infrastructure.lab.logs.store import Pairs

Series = dict[int, float]
Matrix = dict[Pairs, Series]


@dataclass(frozen=True, slots=True)
class Steps:
    """The moments at which a metric query is evaluated, in nanoseconds."""

    start_ns: int
    end_ns: int
    step_ns: int

    def moments(self) -> range:
        """Return every moment, both ends included."""
        return range(self.start_ns, self.end_ns + 1, self.step_ns)


def group_key(labels: Mapping[str, str], grouping: Grouping | None) -> Pairs:
    """Return the labels that remain under a grouping; none means that all do."""
    if grouping is None:
        return tuple(sorted(labels.items()))
    if grouping.without:
        gone = grouping.labels
        return tuple(sorted(pair for pair in labels.items() if pair[0] not in gone))
    return tuple((name, labels[name]) for name in sorted(set(grouping.labels)) if labels.get(name))
