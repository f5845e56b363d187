"""PetShop (Hardt et al., CLeaR 2024): metrics of an AWS application; which node is behind an alert."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backend.evals import numbers, ranking_rules
from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.suite import Json, Prediction, Scores
from sre_agent.diagnosis.metrics import suspects
from sre_agent.diagnosis.metrics.kinds import Kind
from sre_agent.diagnosis.metrics.suspects import Complaint, Culprit
from sre_agent.domain.telemetry import Floats, MetricTable

_HEAD_ROWS = 3
"""Node, metric and statistic; a fourth row names the index."""
_REQUESTS = ("requests", "Sum")
_PERCENT = 100.0
_SURE = 0.97
"""No ranking of metrics is surer than this."""
_MISSED = 0.5
"""How sure a first place is that hardly anything speaks for."""

Column = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class _Sheet:
    """A file of metrics: seconds since the epoch, and a column for each node, metric, statistic."""

    times: Floats
    columns: Mapping[Column, Floats]

    @property
    def nodes(self) -> list[str]:
        return sorted({node for node, _, _ in self.columns})


@dataclass(frozen=True)
class _Scenario:
    """What is known of a system before anything happens: who calls whom, and a calm time."""

    calls: Mapping[str, Sequence[str]]
    calm: _Sheet


class PetShop:
    """The set."""

    name = "petshop"

    def open(self, data: Folder, history: Folder | None) -> "PetShopRun":
        """Return the set that lies in a folder; it needs no history."""
        del history
        return PetShopRun(data)


class PetShopRun:
    """The set, opened."""

    def __init__(self, data: Folder) -> None:
        """Read what all cases share.

        Raises:
            UnreadableSetError: The folder does not hold the set.
        """
        self._cases = data.sub("cases")
        self.cases = self._cases.names()
        named = {str(self._target(case)["scenario"]) for case in self.cases}
        self._scenarios = {name: _scenario(data.sub(name)) for name in sorted(named)}

    @property
    def vocabulary(self) -> frozenset[str]:
        """Return the names of all nodes."""
        scenarios = self._scenarios.values()
        return frozenset(
            name for item in scenarios for name in [*item.calm.nodes, *item.calls] if name
        )

    def predict(self, case: str) -> Prediction:
        """Return the nodes, the most likely first."""
        described = self._target(case)
        target, scenario = described["target"], self._scenarios[described["scenario"]]
        kind = Kind.LATENCY if target["metric"] == "latency" else Kind.ERRORS
        sheet = _sheet(self._cases.sub(case), "metrics.csv")
        found = suspects.rank(
            _table(scenario.calm, target["agg"]),
            _table(sheet, target["agg"]),
            scenario.calls,
            Complaint(target["node"], kind),
        )
        named = [item.entity for item in found]
        rest = [node for node in sheet.nodes if node not in named]
        return Prediction([*named, *rest], _confidence(found))

    def answer(self, case: str) -> Json | None:
        """Return the node that the set names."""
        folder = self._cases.sub(case)
        return folder.label("answer.json") if folder.exists("answer.json") else None

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        """Return whether the first node is the one."""
        return bool(prediction.answer[:1] == [answer["node"]])

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        """Return in how many cases the node is among the first k."""
        return ranking_rules.score(answers, predictions, "top", "node")

    def _target(self, case: str) -> Json:
        return self._cases.sub(case).json("target.json")


def _scenario(folder: Folder) -> _Scenario:
    return _Scenario(_calls(folder), _sheet(folder.sub("noissue"), "metrics.csv"))


def _calls(folder: Folder) -> dict[str, list[str]]:
    """Read the matrix of calls: its rows call its columns."""
    head, *lines = csv.reader(folder.lines("graph.csv"))
    return {
        line[0]: [name for name, cell in zip(head[1:], line[1:], strict=True) if _is_call(cell)]
        for line in lines
        if line
    }


def _is_call(cell: str) -> bool:
    return bool(np.nan_to_num(numbers.number(cell)))


def _sheet(folder: Folder, name: str) -> _Sheet:
    lines = list(csv.reader(folder.lines(name)))
    if len(lines) <= _HEAD_ROWS:
        raise UnreadableSetError(f"{folder.path / name} has no samples")
    head = list(zip(*lines[:_HEAD_ROWS], strict=True))
    samples = [line for line in lines[_HEAD_ROWS:] if any(line[1:])]
    values = numbers.rows(samples, len(head))
    keys = [(node, metric, statistic) for node, metric, statistic in head[1:]]
    return _Sheet(values[:, 0], {key: values[:, place + 1] for place, key in enumerate(keys)})


def _table(sheet: _Sheet, statistic: str) -> MetricTable:
    """Return a file's metrics by what they measure, at the statistic that the alert is about."""
    columns: dict[tuple[str, str], Floats] = {}
    for (node, metric, how), values in sheet.columns.items():
        if (metric, how) == _REQUESTS:
            columns[node, Kind.TRAFFIC.value] = values
        elif metric == "latency" and how == statistic:
            columns[node, Kind.LATENCY.value] = values
        elif metric == "availability":
            columns[node, Kind.ERRORS.value] = 1.0 - values / _PERCENT
    return MetricTable.build(sheet.times, columns)


def _confidence(found: Sequence[Culprit]) -> float:
    """Return how sure the first is: by its lead over the next."""
    scores = [item.score for item in found[:2]]
    lead = scores[0] / sum(scores) if scores and sum(scores) > 0.0 else 0.0
    return min(_SURE, _MISSED + (1.0 - _MISSED) * lead)
