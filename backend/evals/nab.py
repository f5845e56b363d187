"""The Numenta Anomaly Benchmark: 58 series, scored sample by sample as they would come."""

import csv
from collections.abc import Mapping

import numpy as np

from backend.evals import nab_rule, numbers
from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.nab_rule import Scored
from backend.evals.streaming import RECORD, StreamDetector
from backend.evals.suite import Json, Prediction, Scores

_WINDOWS = "combined_windows.json"
_DECIMALS = 4
_SECONDS = 19
"""Characters of a time up to its seconds."""


class Nab:
    """The set."""

    name = "nab"

    def open(self, data: Folder, history: Folder | None) -> "NabRun":
        """Return the set that lies in a folder; it needs no history."""
        del history
        return NabRun(data)


class NabRun:
    """The set, opened. A case is `<folder>/<file>`; its prediction a score for each row."""

    vocabulary: frozenset[str] = frozenset()

    def __init__(self, data: Folder) -> None:
        """List the series.

        Raises:
            UnreadableSetError: The folder does not hold the set.
        """
        self._series = data.sub("data")
        self.cases = [
            f"{folder}/{name}"
            for folder in self._series.names()
            if (self._series.path / folder).is_dir()
            for name in self._series.sub(folder).names("*.csv")
        ]
        labels = data.sub("labels")
        self._windows: Mapping[str, Json] = (
            labels.label(_WINDOWS) if labels.exists(_WINDOWS) else {}
        )

    def predict(self, case: str) -> Prediction:
        """Return how unusual each sample is, from those before it alone."""
        values = [numbers.number(row[1]) for row in self._rows(case, self._series.text(case))]
        detector = StreamDetector(max(1, nab_rule.probation(len(values))))
        return Prediction([round(detector.push(value), _DECIMALS) for value in values])

    def answer(self, case: str) -> Json | None:
        """Return the windows as numbers of rows, since times may be shifted."""
        if case not in self._windows:
            return None
        rows = self._rows(case, self._series.raw(case))
        place = {row[0]: number for number, row in enumerate(rows)}
        try:
            windows = [
                [place[first[:_SECONDS]], place[last[:_SECONDS]]]
                for first, last in self._windows[case]
            ]
        except KeyError as error:
            raise UnreadableSetError(f"{case} has no row at {error} where a window is") from error
        return {"windows": windows}

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        """Return whether there is an alarm in every window."""
        return all(
            max(prediction.answer[first : last + 1]) >= RECORD for first, last in answer["windows"]
        )

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        """Return the standard score, at the best threshold as published, and that threshold."""
        series = [
            Scored(np.array(predictions[case], dtype=np.float64), answer["windows"])
            for case, answer in sorted(answers.items())
        ]
        if not any(item.windows for item in series):
            return {}
        score, threshold = nab_rule.standard_score(series)
        return {"NAB standard": score, "threshold": threshold}

    def _rows(self, case: str, text: str) -> list[list[str]]:
        rows = list(csv.reader(text.splitlines()))[1:]
        if any(len(row) < 2 for row in rows):
            raise UnreadableSetError(f"{case} has a row without a time and a value")
        return rows
