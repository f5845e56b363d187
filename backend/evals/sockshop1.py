"""Sock Shop 1 (of RCAEval and BARO): metrics before and during a fault; which service has it."""

from collections.abc import Mapping

from backend.evals import numbers, ranking_rules
from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.suite import Json, Prediction, Scores
from sre_agent.diagnosis.metrics import anomalies
from sre_agent.domain.telemetry import MetricTable


class SockShop1:
    """The set."""

    name = "sockshop1"

    def open(self, data: Folder, history: Folder | None) -> "SockShop1Run":
        """Return the set that lies in a folder; it needs no history."""
        del history
        return SockShop1Run(data)


class SockShop1Run:
    """The set, opened. A case is `<service>-<resource>/<n>`."""

    def __init__(self, data: Folder) -> None:
        """List the cases.

        Raises:
            UnreadableSetError: The folder does not hold the set.
        """
        self._data = data
        self.cases = [f"{fault}/{n}" for fault in data.names() for n in data.sub(fault).names()]
        if not self.cases:
            raise UnreadableSetError(f"{data.path} holds no folders SERVICE-RESOURCE/NUMBER")

    @property
    def vocabulary(self) -> frozenset[str]:
        """Return the names of all services."""
        tables = (_table(self._data.sub(case), "normal.csv") for case in self.cases)
        return frozenset(name for table in tables for name in table.entities)

    def predict(self, case: str) -> Prediction:
        """Return the services, the most likely first."""
        folder = self._data.sub(case)
        before, during = _table(folder, "normal.csv"), _table(folder, "anomalous.csv")
        found = anomalies.deviants(before, during)
        return Prediction([item.entity for item in found], anomalies.confidence(found))

    def answer(self, case: str) -> Json | None:
        """Return the service that the folder is named for."""
        return {"service": case.partition("/")[0].rpartition("-")[0]}

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        """Return whether the first service is the one."""
        return bool(prediction.answer[:1] == [answer["service"]])

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        """Return the share right among the first k, its mean over k = 1 to 5 first, as published."""
        scores = ranking_rules.score(answers, predictions, "AC", "service")
        return {"Avg@5": scores.pop("Avg@5"), **scores} if scores else scores


def _table(folder: Folder, name: str) -> MetricTable:
    return numbers.service_metrics(folder.lines(name), str(folder.path / name))
