"""The rules that most sets share: in how many cases the right answer is among the first k."""

from collections.abc import Mapping, Sequence

from backend.evals.suite import Json, Scores

MISSED = 99
DEPTH = 5


def rank(answers: Sequence[Json], right: Json) -> int:
    """Return at which place the right answer stands, from 0; `MISSED` where it does not."""
    return next((place for place, answer in enumerate(answers) if answer == right), MISSED)


def at_k(ranks: Sequence[int], unit: str, ks: Sequence[int] = (1, 3, 5)) -> Scores:
    """Return the share of cases right among the first k, and its mean over k = 1 to 5."""
    if not ranks:
        return {}
    scores = {f"{unit}@{k}": sum(place < k for place in ranks) / len(ranks) for k in ks}
    hits = sum(place < k for k in range(1, DEPTH + 1) for place in ranks)
    return {**scores, "Avg@5": hits / DEPTH / len(ranks)}


def score(
    answers: Mapping[str, Json], predictions: Mapping[str, Json], unit: str, field: str
) -> Scores:
    """Return the scores of ranked lists against the answers' `field`; no prediction is a miss."""
    ranks = [rank(predictions.get(case, []), answer[field]) for case, answer in answers.items()]
    return at_k(ranks, unit)
