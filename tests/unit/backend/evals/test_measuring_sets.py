"""A set is predicted, timed and scored; abstaining is told apart from being right."""

import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typing_extensions import override

from backend.evals import halves, measuring, ranking_rules
from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.suite import Json, Prediction, Scores


@dataclass
class _Run:
    """Each case is a file that names the guilty; the answer stands beside it."""

    data: Folder
    vocabulary: frozenset[str] = frozenset({"web", "web-db"})
    cases: Sequence[str] = field(default_factory=list)

    def predict(self, case: str) -> Prediction:
        named = self.data.text(f"{case}.txt").split()
        return Prediction(named, confidence=0.9, abstained=not named)

    def answer(self, case: str) -> Json | None:
        return self.data.label(f"{case}.json") if self.data.exists(f"{case}.json") else None

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        return bool(prediction.answer[:1] == [answer["node"]])

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        return ranking_rules.score(answers, predictions, "top", "node")


class _Suite:
    name = "words"

    def open(self, data: Folder, history: Folder | None) -> _Run:
        return _Run(data, cases=[name.removesuffix(".txt") for name in data.names("*.txt")])


def _case(folder: Path, name: str, text: str, answer: str | None) -> None:
    (folder / f"{name}.txt").write_text(text)
    if answer:
        (folder / f"{name}.json").write_text(f'{{"node": "{answer}"}}')


def test_an_abstention_counts_as_wrong_and_not_as_an_answer(tmp_path: Path) -> None:
    _case(tmp_path, "a", "web", "web")
    _case(tmp_path, "b", "", "web")

    whole = measuring.measure(_Suite(), Folder(tmp_path)).parts[0]

    assert (whole.coverage, whole.decided_right) == (0.5, 0.5)
    assert whole.calibration_error == pytest.approx(0.1)


def test_without_answers_there_are_predictions_and_no_scores(tmp_path: Path) -> None:
    _case(tmp_path, "a", "web", None)

    measured = measuring.measure(_Suite(), Folder(tmp_path))

    assert measured.predictions == {"a": ["web"]}
    assert measured.parts == ()


def test_predictions_are_told_with_the_old_names_after_a_renaming(tmp_path: Path) -> None:
    _case(tmp_path, "a", "web-db web", "web-db")
    seen: list[str] = []

    class Watching(_Suite):
        @override
        def open(self, data: Folder, history: Folder | None) -> _Run:
            seen.append(data.text("a.txt"))
            return super().open(data, history)

    measured = measuring.measure(Watching(), Folder(tmp_path), rename=7)

    assert measured.predictions == {"a": ["web-db", "web"]}
    assert "web" not in seen[1]


def test_the_held_back_half_is_shown_apart(tmp_path: Path) -> None:
    names = [f"case-{number}" for number in range(8)]
    for name in names:
        _case(tmp_path, name, "web", "web")

    parts = measuring.measure(_Suite(), Folder(tmp_path)).parts

    held_back = sum(halves.is_held_back(name) for name in names)
    assert [(part.name, part.cases) for part in parts] == [
        ("all", 8),
        ("tuned on", 8 - held_back),
        ("held back", held_back),
    ]


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSetError, match=r"there is no .*metrics\.csv"):
        Folder(tmp_path).text("metrics.csv")


def test_the_time_of_a_case_holds_the_unpacking_and_tells_it_apart(tmp_path: Path) -> None:
    (tmp_path / "a.txt.xz").write_bytes(lzma.compress(b"web\n" * 500_000))

    measured = measuring.measure(_Suite(), Folder(tmp_path))

    assert 0.0 < measured.unpacking_s < measured.case_s
