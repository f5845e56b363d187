"""What the harness asks of a set: its cases, a prediction for each, and the set's own rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from backend.evals.folders import Folder

Json = Any
Scores = dict[str, float]


@dataclass(frozen=True)
class Prediction:
    """The answer to one case, as the set's rule reads it.

    `confidence` is the probability that the first answer is right, None where a set asks for no
    cause; `abstained` says that no cause was established, whatever is listed.
    """

    answer: Json
    confidence: float | None = None
    abstained: bool = False


class Run(Protocol):
    """A set that was opened.

    `vocabulary` holds every name of a service, node, host or instance that the data speaks of.
    """

    @property
    def cases(self) -> Sequence[str]:
        """Return the cases' names, which are the keys of predictions."""
        ...

    @property
    def vocabulary(self) -> frozenset[str]:
        """Return the names that may be others without any difference."""
        ...

    def predict(self, case: str) -> Prediction:
        """Return the prediction for one case, from its evidence alone."""
        ...

    def answer(self, case: str) -> Json | None:
        """Return the answer that the set gives, or None where it gives none."""
        ...

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        """Return whether the first answer is the right one."""
        ...

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        """Return the scores by the set's own rule, the headline first."""
        ...


class Suite(Protocol):
    """A set that can be opened."""

    @property
    def name(self) -> str:
        """Return the name of the set."""
        ...

    def open(self, data: Folder, history: Folder | None) -> Run:
        """Return the set that lies in a folder, with labelled past incidents where there are any.

        Raises:
            UnreadableSetError: The folder does not hold the set.
        """
        ...
