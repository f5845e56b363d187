"""A linear softmax over the candidates of a failure, with what is peculiar to each name.

A candidate's score is a weighted sum of its own numbers, plus how well the failure as a whole (which
alerts came together) fits the failures in which that name was the culprit: a conditional logit
(McFadden, 1974) and a multinomial one, fitted together with an L2 penalty by Adam (Kingma & Ba,
2015) from zero, hence deterministic.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sre_agent.domain.telemetry import Floats

Ints = NDArray[np.int64]

STEPS = 200
RATE = 0.05
PENALTY_OWN = 30.0
PENALTY_NAMED = 0.3
PENALTY_PRIOR = 0.1
TOGETHER = 3.0
"""The length of the vector of what came together."""
TWICE = 2
_UNKNOWN = -1
_IMPOSSIBLE = -1e9


@dataclass(frozen=True)
class Pattern:
    """A past failure as this learner reads it."""

    entities: tuple[str, ...]
    rows: Floats
    tokens: frozenset[str]
    culprit: str


@dataclass(frozen=True)
class Linear:
    """The weights: of a candidate's numbers, and of tokens by name (the last row is nobody's)."""

    scale: Floats
    own: Floats
    named: Floats
    prior: Floats
    names: Mapping[str, int]
    tokens: Mapping[str, int]

    @classmethod
    def fit(cls, past: Sequence[Pattern]) -> "Linear":
        """Return the weights that make the culprits likeliest."""
        counted = Counter(token for item in past for token in item.tokens)
        told = sorted(token for token, count in counted.items() if count >= TWICE)
        tokens = {token: place for place, token in enumerate(told)}
        every = sorted({name for item in past for name in item.entities})
        names = {name: place for place, name in enumerate(every)}
        scale = np.concatenate([item.rows for item in past]).std(axis=0) + 1e-9
        batch = _Batch.of(past, names, tokens, scale)
        weights = _descend(batch, len(names), len(tokens))
        return cls(scale, *weights, names, tokens)

    def probabilities(
        self, entities: Sequence[str], rows: Floats, tokens: frozenset[str]
    ) -> Floats:
        """Return the probability of each entity, shape (entities,)."""
        together = _together(tokens, self.tokens)
        of = np.array([self.names.get(name, _UNKNOWN) for name in entities], dtype=np.int64)
        scores = (rows / self.scale) @ self.own + (self.named @ together + self.prior)[of]
        raised: Floats = np.exp(scores - scores.max())
        return np.asarray(raised / raised.sum(), dtype=np.float64)


@dataclass(frozen=True)
class _Batch:
    """All past failures as arrays, candidates padded to the most that any has.

    `owners` are the candidates' names by number, `bias` rules out the padding.
    """

    rows: Floats
    together: Floats
    owners: Ints
    bias: Floats
    right: Ints

    @classmethod
    def of(
        cls,
        past: Sequence[Pattern],
        names: Mapping[str, int],
        tokens: Mapping[str, int],
        scale: Floats,
    ) -> "_Batch":
        """Return past failures as one batch."""
        most = max(len(item.entities) for item in past)
        batch = cls(
            rows=np.zeros((len(past), most, len(scale))),
            together=np.stack([_together(item.tokens, tokens) for item in past]),
            owners=np.full((len(past), most), _UNKNOWN, dtype=np.int64),
            bias=np.full((len(past), most), _IMPOSSIBLE),
            right=np.array([item.entities.index(item.culprit) for item in past]),
        )
        for case, item in enumerate(past):
            count = len(item.entities)
            batch.rows[case, :count] = item.rows / scale
            batch.owners[case, :count] = [names[name] for name in item.entities]
            batch.bias[case, :count] = 0.0
        return batch


def _together(tokens: frozenset[str], known: Mapping[str, int]) -> Floats:
    found = np.zeros(len(known))
    found[[known[token] for token in sorted(tokens) if token in known]] = 1.0
    return TOGETHER * found / max(float(np.sqrt(found.sum())), 1.0)


def _descend(batch: _Batch, names: int, tokens: int) -> tuple[Floats, Floats, Floats]:
    """Return the weights of own numbers, of tokens by name, and of names alone."""
    weights = (
        np.zeros(batch.rows.shape[2]),
        np.zeros((names + 1, tokens)),
        np.zeros(names + 1),
    )
    penalties = (PENALTY_OWN, PENALTY_NAMED, PENALTY_PRIOR)
    first, second = (
        [np.zeros_like(item) for item in weights],
        [np.zeros_like(item) for item in weights],
    )
    for step in range(1, STEPS + 1):
        gradients = _gradients(batch, weights, names)
        for place, (weight, gradient) in enumerate(zip(weights, gradients, strict=True)):
            full = gradient + penalties[place] * weight
            first[place] = 0.9 * first[place] + 0.1 * full
            second[place] = 0.99 * second[place] + 0.01 * full**2
            mean, spread = first[place] / (1 - 0.9**step), second[place] / (1 - 0.99**step)
            weight -= RATE * mean / (np.sqrt(spread) + 1e-6)  # noqa: PLW2901 - in place
    weights[1][-1], weights[2][-1] = 0.0, 0.0
    return weights


def _gradients(
    batch: _Batch, weights: tuple[Floats, Floats, Floats], names: int
) -> tuple[Floats, Floats, Floats]:
    own, named, prior = weights
    case = np.arange(len(batch.right))
    by_name = batch.together @ named.T + prior
    scores = batch.rows @ own + batch.bias + by_name[case[:, None], batch.owners]
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    wrong = raised / raised.sum(axis=1, keepdims=True)
    wrong[case, batch.right] -= 1.0
    of_names = np.zeros((len(case), names + 1))
    np.add.at(of_names, (case[:, None], batch.owners), wrong)
    of_names[:, -1] = 0.0
    return (
        np.einsum("ce,cef->f", wrong, batch.rows),
        of_names.T @ batch.together,
        of_names.sum(axis=0),
    )
