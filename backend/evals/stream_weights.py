"""Fits what holds of any system's alert streams: `python -m backend.evals.stream_weights DIR`.

Numbers are chosen one after the other, each time the one with which weights fitted on two systems
explain the third best; the weights are then fitted on all three, each counting the same. Cases that
are held back are never looked at. What is printed belongs into `alert_streams/general.py`.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backend.evals import halves
from backend.evals.folders import Folder
from backend.evals.tvdiag import Tvdiag, TvdiagRun
from sre_agent.diagnosis.alert_streams import features
from sre_agent.domain.telemetry import Floats

SYSTEMS = ("gaia", "sockshop", "hotel")
PENALTY = 2.0
STEPS = 80
RATE = 0.08
LEAST_GAIN = 0.01
"""A number is chosen only if it makes the culprits so much likelier on average, in nats."""
MOST = 12
OF_EACH = 100.0
"""What every system counts for, however many failures it has."""
_IMPOSSIBLE = -1e9


@dataclass(frozen=True)
class Known:
    """The failures of one system: numbers (cases, entities, features), padding, and who it was."""

    rows: Floats
    bias: Floats
    right: NDArray[np.int64]


def main(data: Path) -> None:
    """Print the weights that the labelled failures of a folder give."""
    folder = Folder(data / "tvdiag")
    known = {system: read(Tvdiag(system).open(folder, None)) for system in SYSTEMS}
    scale = np.concatenate([item.rows.reshape(-1, item.rows.shape[2]) for item in known.values()])
    spread = scale.std(axis=0) + 1e-9
    scaled = {
        system: Known(item.rows / spread, item.bias, item.right) for system, item in known.items()
    }
    chosen = choose(scaled)
    weights = fit(list(scaled.values()), chosen) / spread[chosen]
    for column, weight in zip(chosen, weights, strict=True):
        sys.stdout.write(f'    "{features.FEATURES[column]}": {weight:.2f},\n')


def read(run: TvdiagRun) -> Known:
    """Return the failures of a system that are not held back."""
    past = [item for case, item in run.labelled().items() if not halves.is_held_back(case)]
    most = max(len(item.stream.entities) for item in past)
    rows = np.zeros((len(past), most, len(features.FEATURES)))
    bias = np.full((len(past), most), _IMPOSSIBLE)
    for case, item in enumerate(past):
        table = features.table(item.stream)
        rows[case, : len(table)], bias[case, : len(table)] = table, 0.0
    right = np.array([item.stream.entities.index(item.culprit) for item in past])
    return Known(rows, bias, right)


def choose(known: Mapping[str, Known]) -> list[int]:
    """Return the columns with which two systems explain the third best, in order of choice."""
    chosen, best = list[int](), -np.inf
    while len(chosen) < MOST:
        tried = {
            column: _transfer(known, [*chosen, column])
            for column in range(len(features.FEATURES))
            if column not in chosen
        }
        column = max(tried, key=lambda item: (tried[item], -item))
        if tried[column] <= best + LEAST_GAIN:
            break
        chosen, best = [*chosen, column], tried[column]
    return chosen


def fit(known: Sequence[Known], columns: Sequence[int]) -> Floats:
    """Return the weights of some columns, by Adam from zero."""
    weights, first, second = np.zeros((3, len(columns)))
    parts = [(item.rows[:, :, columns], item) for item in known]
    for step in range(1, STEPS + 1):
        gradient = PENALTY * weights
        for rows, item in parts:
            wrong = _chances(rows @ weights + item.bias)
            wrong[np.arange(len(item.right)), item.right] -= 1
            share = OF_EACH / len(item.right)
            gradient = gradient + share * np.einsum("ce,cef->f", wrong, rows)
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        mean, spread = first / (1 - 0.9**step), second / (1 - 0.99**step)
        weights = weights - RATE * mean / (np.sqrt(spread) + 1e-6)
    return np.asarray(weights, dtype=np.float64)


def _transfer(known: Mapping[str, Known], columns: Sequence[int]) -> float:
    """Return the mean log-likelihood of each system under weights from the others."""
    found = []
    for left_out, item in known.items():
        weights = fit([other for name, other in known.items() if name != left_out], columns)
        chances = _chances(item.rows[:, :, columns] @ weights + item.bias)
        found.append(np.log(chances[np.arange(len(item.right)), item.right] + 1e-12).mean())
    return float(np.mean(found))


def _chances(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
