"""Fitting the map from evidence to probability on the half of a set that may be tuned on.

Newton's method on the logistic loss with the targets of J. Platt, "Probabilistic outputs for support
vector machines" (1999), which keep a little doubt where every answer was right.
"""

from collections.abc import Mapping, Sequence

from backend.evals import halves
from backend.evals.folders import Folder
from backend.evals.suite import Run, Suite
from sre_agent.config import calibration
from sre_agent.diagnosis import weights
from sre_agent.domain.calibration import Calibration
from sre_agent.domain.errors import PermanentError

CALIBRATIONS: Mapping[str, str] = {"cloudopsbench": "snapshots"}
"""Which of the shipped calibrations made the confidence of a set's answers."""
MOST_SLOPE = 4.0
"""Where hardly an answer is wrong, any slope fits; a steeper one would claim more than was seen."""
LEAST_SLOPE = 0.05
ANCHORS = ((weights.PRIOR, False), (weights.PRIOR + weights.HINT, False)) * 10
"""What is known without any set: what nothing speaks for, or a hint alone, is no cause established.
Without it nothing could be learned where every answer was right, and a set of failures, in which
something always is broken, would teach to trust weak evidence where mostly nothing is."""
_ROUNDS = 50
_CLOSE = 1e-9
_RIDGE = 1e-3


class CannotFitError(PermanentError):
    """There is nothing to fit on."""


def fit(suite: Suite, data: Folder, history: Folder | None = None) -> tuple[str, Calibration]:
    """Return the name and the numbers of the calibration that suit a set's tuning half.

    Raises:
        CannotFitError: No calibration is behind the set's answers, or they teach nothing.
        UnreadableSetError: The folder does not hold the set.
    """
    name = CALIBRATIONS.get(suite.name)
    if name is None:
        known = ", ".join(CALIBRATIONS)
        raise CannotFitError(f"{suite.name} has no calibration to fit; these have: {known}")
    answers = _answers(suite.open(data, history), calibration.shipped()[name])
    if not answers:
        raise CannotFitError(f"no case of {suite.name} that may be tuned on has an answer")
    return name, platt([*answers, *ANCHORS])


def platt(answers: Sequence[tuple[float, bool]]) -> Calibration:
    """Return the map that makes answers (log-odds, whether right) as likely as can be.

    Raises:
        CannotFitError: They are all right or all wrong, so that nothing can be learned.
    """
    right = sum(is_right for _, is_right in answers)
    wrong = len(answers) - right
    if not right or not wrong:
        raise CannotFitError("a fit needs answers that were right and answers that were wrong")
    yes, no = (right + 1) / (right + 2), 1 / (wrong + 2)
    targets = [(score, yes if is_right else no) for score, is_right in answers]
    found = Calibration()
    for _ in range(_ROUNDS):
        slope, intercept = _step(targets, found)
        found = Calibration(
            slope=min(max(found.slope - slope, LEAST_SLOPE), MOST_SLOPE),
            intercept=found.intercept - intercept,
        )
        if abs(slope) + abs(intercept) < _CLOSE:
            break
    return found


def _answers(run: Run, current: Calibration) -> list[tuple[float, bool]]:
    """Return the evidence behind each answer of the tuning half, and whether it was right."""
    found = []
    for case in run.cases:
        answer = None if halves.is_held_back(case) else run.answer(case)
        if answer is None:
            continue
        prediction = run.predict(case)
        if prediction.confidence is not None:
            log_odds = current.log_odds(prediction.confidence)
            found.append((log_odds, run.is_right(answer, prediction)))
    return found


def _step(targets: Sequence[tuple[float, float]], found: Calibration) -> tuple[float, float]:
    """Return one step of Newton's method: what to take from the slope and from the intercept."""
    slope = intercept = cross = 0.0
    bend_slope = bend_intercept = _RIDGE
    for score, target in targets:
        probability = found.probability(score)
        error, bend = probability - target, probability * (1.0 - probability)
        slope, intercept = slope + error * score, intercept + error
        bend_slope, bend_intercept = bend_slope + bend * score * score, bend_intercept + bend
        cross += bend * score
    determinant = bend_slope * bend_intercept - cross * cross
    return (
        (bend_intercept * slope - cross * intercept) / determinant,
        (bend_slope * intercept - cross * slope) / determinant,
    )
