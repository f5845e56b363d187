"""Loghub-2k: which of a system's 2,000 lines share a template (Zhu et al., 2019)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.suite import Json, Prediction, Scores
from sre_agent.diagnosis.logs.templates import Miner

CONTENT = ".content.txt"
LABELS = ".events.json"


@dataclass(frozen=True)
class LoghubRun:
    """The systems of a folder. Values are part of the lines: no name is worth renaming."""

    data: Folder
    vocabulary: frozenset[str] = frozenset()

    @property
    def cases(self) -> Sequence[str]:
        """Return the systems' names."""
        return [name.removesuffix(CONTENT) for name in self.data.names(f"*{CONTENT}")]

    def predict(self, case: str) -> Prediction:
        """Return the template's number for each line, in the order of the lines."""
        miner = Miner()
        # What ends a line is the line feed alone: a form feed within one belongs to it.
        provisional = [miner.add(line) for line in _lines(self.data.text(case + CONTENT))]
        return Prediction([miner.resolve(number) for number in provisional])

    def answer(self, case: str) -> Json | None:
        """Return the event of each line, or None where the set gives none."""
        if not self.data.exists(case + LABELS):
            return None
        labels = self.data.label(case + LABELS)
        return labels["events"] if isinstance(labels, dict) else labels

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        """Return whether every line is in its group."""
        return grouping_accuracy(answer, prediction.answer) == 1

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        """Return the mean grouping accuracy, and that of each system."""
        each = {
            case: grouping_accuracy(answer, predictions[case]) for case, answer in answers.items()
        }
        return {"GA": sum(each.values()) / len(each), **each}


class Loghub:
    """The set as it lies in a folder: `SYSTEM.content.txt`, and `SYSTEM.events.json` beside it."""

    name = "loghub2k"

    def open(self, data: Folder, history: Folder | None) -> LoghubRun:  # noqa: ARG002 - logs need none
        """Return the systems of a folder."""
        run = LoghubRun(data)
        if not run.cases:
            raise UnreadableSetError(f"{data.path} holds no SYSTEM{CONTENT}")
        return run


def grouping_accuracy(events: Sequence[str], groups: Sequence[int]) -> float:
    """Return the share of lines whose group holds exactly the lines of their event."""
    by_event, by_group = defaultdict(set), defaultdict(set)
    for line, (event, group) in enumerate(zip(events, groups, strict=True)):
        by_event[event].add(line)
        by_group[group].add(line)
    right = sum(len(lines) for lines in by_group.values() if lines == by_event[events[min(lines)]])
    return right / max(len(events), 1)


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")
