"""Running a set: every case predicted and timed, then scored by the set's own rule."""

import time
from collections.abc import Callable, Mapping
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
    """What came of one set; without answers there are no parts.

    Times are seconds: `total_s` on the clock, those of a case of the processor, which other
    programs do not lengthen, and which holds the reading and unpacking of its files.
    """

    suite: str
    predictions: Mapping[str, Json]
    parts: tuple[Part, ...]
    total_s: float
    case_s: float
    unpacking_s: float


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
        data = Folder(data.path, renaming.apply)
        run = suite.open(data, Folder(history.path, renaming.apply) if history else None)
    opened_s, unpacked_s = time.process_time(), data.spent.seconds
    predictions = _predict(run, renaming, progress)
    count = max(len(predictions), 1)
    case_s = (time.process_time() - opened_s) / count
    unpacking_s = (data.spent.seconds - unpacked_s) / count
    total_s = time.perf_counter() - began_s
    answers = {case: run.answer(case) for case in run.cases}
    known = {case: answer for case, answer in answers.items() if answer is not None}
    return Measured(
        suite=suite.name,
        predictions={case: item.answer for case, item in predictions.items()},
        parts=tuple(_parts(suite.name, run, known, predictions)),
        total_s=total_s,
        case_s=case_s,
        unpacking_s=unpacking_s,
    )


def _predict(run: Run, renaming: Renaming | None, progress: Progress) -> dict[str, Prediction]:
    found = dict[str, Prediction]()
    for case in run.cases:
        progress(case)
        prediction = run.predict(case)
        if renaming:
            prediction = replace(prediction, answer=renaming.undo(prediction.answer))
        found[case] = prediction
    return found


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
