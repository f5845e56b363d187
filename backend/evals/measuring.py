"""Running a set: every case predicted and timed, then scored by the set's own rule."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.evals import halves, reliability
from backend.evals.folders import Folder
from backend.evals.reliability import Answer
from backend.evals.renaming import Renaming
from backend.evals.suite import Json, Prediction, Run, Scores, Suite

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """A set, or a half of it, as it was scored.

    `scores` follow the set's own rule over the predictions as they are written, in which an
    abstention still ranks its candidates. `coverage` is the share of cases in which a cause was
    established, `decided_right` the share in which it was and was right: there an abstention counts
    as wrong. `reliability` holds the answers that stated a confidence.
    """

    name: str
    cases: int
    scores: Scores
    coverage: float
    decided_right: float
    reliability: tuple[Answer, ...]

    @property
    def calibration_error(self) -> float | None:
        """Return the expected calibration error of the answers that were given."""
        return reliability.expected_error(self.reliability)


@dataclass(frozen=True)
class Measured:
    """What came of one set. Times are seconds; without answers there are no parts."""

    suite: str
    predictions: Mapping[str, Json]
    parts: tuple[Part, ...]
    opened_s: float
    seconds: Sequence[float]

    @property
    def total_s(self) -> float:
        """Return how long everything took."""
        return self.opened_s + sum(self.seconds)


def measure(
    suite: Suite,
    data: Folder,
    history: Folder | None = None,
    rename: int | None = None,
    progress: Progress = lambda _: None,
) -> Measured:
    """Predict every case of a set, and score what has an answer.

    Args:
        suite: the set.
        data: where it lies.
        history: labelled past incidents of the same system, if any.
        rename: a seed; every name and time is another one then, and answers are translated back.
        progress: told the name of each case before it is worked on.

    Raises:
        UnreadableSetError: The folder does not hold the set.
    """
    began_s = time.perf_counter()
    renaming: Renaming | None = None
    run = suite.open(data, history)
    if rename is not None:
        renaming = Renaming(run.vocabulary, rename)
        run = suite.open(
            Folder(data.path, renaming.apply),
            Folder(history.path, renaming.apply) if history else None,
        )
    opened_s = time.perf_counter() - began_s
    predictions, seconds = _predict(run, renaming, progress)
    answers = {case: run.answer(case) for case in run.cases}
    known = {case: answer for case, answer in answers.items() if answer is not None}
    return Measured(
        suite=suite.name,
        predictions={case: item.answer for case, item in predictions.items()},
        parts=tuple(_parts(suite.name, run, known, predictions)),
        opened_s=opened_s,
        seconds=seconds,
    )


def _predict(
    run: Run, renaming: Renaming | None, progress: Progress
) -> tuple[dict[str, Prediction], list[float]]:
    found, seconds = dict[str, Prediction](), list[float]()
    for case in run.cases:
        progress(case)
        began_s = time.perf_counter()
        prediction = run.predict(case)
        seconds.append(time.perf_counter() - began_s)
        if renaming:
            prediction = replace(prediction, answer=renaming.undo(prediction.answer))
        found[case] = prediction
    return found, seconds


def _parts(
    suite: str, run: Run, answers: Mapping[str, Json], predictions: Mapping[str, Prediction]
) -> list[Part]:
    if not answers:
        return []
    held_back = {
        case: answer for case, answer in answers.items() if halves.is_held_back(case, suite)
    }
    rest = {case: answer for case, answer in answers.items() if case not in held_back}
    named = (("all", answers), ("tuned on", rest), ("held back", held_back))
    return [_part(run, name, part, predictions) for name, part in named if part]


def _part(
    run: Run, name: str, answers: Mapping[str, Json], predictions: Mapping[str, Prediction]
) -> Part:
    given = {case: predictions[case] for case in answers if not predictions[case].abstained}
    return Part(
        name=name,
        cases=len(answers),
        scores=run.score(answers, {case: item.answer for case, item in predictions.items()}),
        coverage=len(given) / len(answers),
        decided_right=sum(run.is_right(answers[case], item) for case, item in given.items())
        / len(answers),
        reliability=tuple(
            Answer(item.confidence, run.is_right(answers[case], item))
            for case, item in sorted(given.items())
            if item.confidence is not None
        ),
    )
