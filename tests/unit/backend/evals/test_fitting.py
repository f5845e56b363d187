"""The map from evidence to probability is fitted on the tuning half alone."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from backend.evals import fitting, halves
from backend.evals.fitting import CannotFitError
from backend.evals.folders import Folder
from backend.evals.suite import Json, Prediction, Scores
from sre_agent.config import calibration
from sre_agent.domain.calibration import Calibration

CASES = [f"case-{number}" for number in range(60)]
TUNED = [case for case in CASES if not halves.is_held_back(case)]
SHIPPED = calibration.shipped()["snapshots"]


class Answers:
    """A set of sure and unsure answers; of the held-back half nobody may ask."""

    name = "cloudopsbench"
    vocabulary = frozenset[str]()

    def __init__(self, confidence: Mapping[str, float | None], right: frozenset[str]) -> None:
        self.cases: Sequence[str] = CASES
        self.confidence = confidence
        self.right = right

    def open(self, data: Folder, history: Folder | None) -> "Answers":
        return self

    def predict(self, case: str) -> Prediction:
        assert not halves.is_held_back(case)
        return Prediction(case, self.confidence[case])

    def answer(self, case: str) -> Json | None:
        assert not halves.is_held_back(case)
        return case

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        return answer in self.right

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        return {}


def test_a_fit_finds_the_numbers_that_made_the_answers() -> None:
    made_by, dice = Calibration(slope=0.5, intercept=1.0), random.Random(5)
    scores = [dice.uniform(-6, 6) for _ in range(4000)]

    found = fitting.platt([(item, dice.random() < made_by.probability(item)) for item in scores])

    assert found.slope == pytest.approx(made_by.slope, abs=0.06)
    assert found.intercept == pytest.approx(made_by.intercept, abs=0.15)


def test_answers_that_part_cleanly_claim_no_more_than_was_seen() -> None:
    found = fitting.platt([(1.0, True)] * 9 + [(-1.0, False)] * 9)

    assert found.slope <= fitting.MOST_SLOPE
    assert found.probability(1.0) < 0.98


@pytest.mark.parametrize("is_right", [True, False])
def test_answers_of_one_kind_teach_nothing(is_right: bool) -> None:
    with pytest.raises(CannotFitError, match="right and answers that were wrong"):
        fitting.platt([(1.0, is_right)] * 5)


def test_only_the_tuning_half_is_asked_and_what_has_no_confidence_is_left_out() -> None:
    sure = dict.fromkeys(CASES, SHIPPED.probability(2.0))
    suite = Answers({**sure, TUNED[0]: None}, frozenset(TUNED[: len(TUNED) // 2]))

    name, found = fitting.fit(suite, Folder(Path("nowhere")))

    assert name == "snapshots"
    assert found.probability(2.0) == pytest.approx(0.5, abs=0.08)


def test_where_every_answer_was_right_weak_evidence_is_still_doubted() -> None:
    suite = Answers(dict.fromkeys(CASES, SHIPPED.probability(2.0)), frozenset(CASES))

    _, found = fitting.fit(suite, Folder(Path("nowhere")))

    assert found.probability(2.0) > 0.9
    assert found.probability(-3.0) < 0.2


def test_a_set_without_answers_cannot_be_fitted() -> None:
    suite = Answers(dict.fromkeys(CASES), frozenset())

    with pytest.raises(CannotFitError, match="no case"):
        fitting.fit(suite, Folder(Path("nowhere")))


def test_a_set_without_a_calibration_is_refused() -> None:
    suite = Answers({}, frozenset())
    suite.name = "loghub2k"

    with pytest.raises(CannotFitError, match="cloudopsbench"):
        fitting.fit(suite, Folder(Path("nowhere")))
