"""Boosted regression trees that rank the candidates of each case.

The loss is the cross-entropy of a softmax over a case's candidates (ListNet, Cao et al., 2007);
trees are grown on its first and second derivatives (Chen & Guestrin, XGBoost, 2016), over values
put into few bins, with a deterministic choice of columns per tree.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sre_agent.domain.telemetry import Floats

Ints = NDArray[np.int64]

ROUNDS = 60
DEPTH = 3
RATE = 0.15
SHRINK = 2.0
"""L2 penalty on leaves."""
LEAST_CURVATURE = 0.2
LEAST_GAIN = 1e-3
COLUMNS = 0.3
"""The share of columns that each tree may use."""
BINS = 16


@dataclass(frozen=True)
class _Tree:
    """A full binary tree: column and threshold per inner node, value per leaf."""

    columns: tuple[int, ...]
    thresholds: tuple[float, ...]
    leaves: tuple[float, ...]

    def apply(self, rows: Floats) -> Floats:
        """Return the tree's value for each row."""
        node = np.zeros(len(rows), dtype=np.int64)
        columns, thresholds = np.array(self.columns), np.array(self.thresholds)
        for _ in range(DEPTH):
            goes_right = rows[np.arange(len(rows)), columns[node]] > thresholds[node]
            node = 2 * node + 1 + goes_right
        return np.array(self.leaves)[node - len(self.columns)]


@dataclass(frozen=True)
class Ranker:
    """Boosted trees. A higher score is a likelier candidate, within one case."""

    trees: tuple[_Tree, ...]

    def score(self, rows: Floats) -> Floats:
        """Return the score of each row, shape (rows,)."""
        total = np.zeros(len(rows))
        for tree in self.trees:
            total += tree.apply(rows)
        return total


def fit(rows: Floats, case: Ints, is_culprit: Floats, seed: int) -> Ranker:
    """Return the trees that rank the culprits first.

    Args:
        rows: features, shape (rows, columns).
        case: which case each row is a candidate of, from 0 on.
        is_culprit: 1 for the culprit of its case, else 0.
        seed: which columns each tree may use.
    """
    edges = [_edges(column) for column in rows.T]
    binned = np.stack(
        [np.searchsorted(edge, column) for edge, column in zip(edges, rows.T, strict=True)], axis=1
    )
    source = np.random.default_rng(seed)
    used = max(1, round(COLUMNS * rows.shape[1]))
    scores, trees = np.zeros(len(rows)), list[_Tree]()
    for _ in range(ROUNDS):
        chance = softmax(scores, case)
        gradient, curvature = chance - is_culprit, chance * (1 - chance) + 1e-6
        columns = np.sort(source.choice(rows.shape[1], used, replace=False))
        tree = _grow(binned, edges, columns, gradient, curvature)
        trees.append(tree)
        scores += tree.apply(rows)
    return Ranker(tuple(trees))


def softmax(scores: Floats, case: Ints) -> Floats:
    """Return the probability of each candidate within its case."""
    cases = int(case.max()) + 1
    highest = np.full(cases, -np.inf)
    np.maximum.at(highest, case, scores)
    raised = np.exp(scores - highest[case])
    sums = np.bincount(case, raised, cases)
    return np.asarray(raised / sums[case], dtype=np.float64)


def _edges(column: Floats) -> Floats:
    """Return the thresholds between the bins of a column, rising."""
    values = np.unique(column)
    if len(values) > BINS:
        values = np.unique(np.quantile(column, np.linspace(0, 1, BINS)))
    return (values[1:] + values[:-1]) / 2


def _grow(
    binned: Ints, edges: list[Floats], columns: Ints, gradient: Floats, curvature: Floats
) -> _Tree:
    inner = 2**DEPTH - 1
    chosen, thresholds = [0] * inner, [np.inf] * inner
    node = np.zeros(len(binned), dtype=np.int64)
    part = binned[:, columns]
    for level in range(DEPTH):
        first, count = 2**level - 1, 2**level
        sums = _histograms(part, node - first, count, gradient, curvature)
        for offset in range(count):
            best = _split(sums[0][offset], sums[1][offset])
            if best:
                column = int(columns[best[0]])
                chosen[first + offset] = column
                thresholds[first + offset] = float(edges[column][best[1]])
        column_of, threshold_of = np.array(chosen)[node], np.array(thresholds)[node]
        bins = binned[np.arange(len(binned)), column_of]
        cuts = np.array(
            [np.searchsorted(edges[c], t) for c, t in zip(chosen, thresholds, strict=True)]
        )
        goes_right = (bins > cuts[node]) & np.isfinite(threshold_of)
        node = 2 * node + 1 + goes_right
    leaf = node - inner
    gradients = np.bincount(leaf, gradient, 2**DEPTH)
    curvatures = np.bincount(leaf, curvature, 2**DEPTH)
    leaves = -RATE * gradients / (curvatures + SHRINK)
    return _Tree(tuple(chosen), tuple(thresholds), tuple(leaves.tolist()))


def _histograms(
    part: Ints, node: Ints, count: int, gradient: Floats, curvature: Floats
) -> tuple[Floats, Floats]:
    """Return the sums of both derivatives, shape (nodes, columns, bins) each."""
    width = part.shape[1]
    keys = ((node[:, None] * width + np.arange(width)) * BINS + part).ravel()
    size = count * width * BINS
    shape = (count, width, BINS)
    return (
        np.asarray(np.bincount(keys, np.repeat(gradient, width), size), np.float64).reshape(shape),
        np.asarray(np.bincount(keys, np.repeat(curvature, width), size), np.float64).reshape(shape),
    )


def _split(gradient: Floats, curvature: Floats) -> tuple[int, int] | None:
    """Return the column and bin after which to split, or None where nothing is gained."""
    left_g, left_c = np.cumsum(gradient, axis=1), np.cumsum(curvature, axis=1)
    total_g, total_c = left_g[0, -1], left_c[0, -1]
    right_g, right_c = total_g - left_g, total_c - left_c
    gain = (
        left_g**2 / (left_c + SHRINK)
        + right_g**2 / (right_c + SHRINK)
        - total_g**2 / (total_c + SHRINK)
    )
    gain[(left_c < LEAST_CURVATURE) | (right_c < LEAST_CURVATURE)] = -np.inf
    best = int(gain.argmax())
    column, bin_ = divmod(best, gain.shape[1])
    return (column, bin_) if gain[column, bin_] > LEAST_GAIN else None
