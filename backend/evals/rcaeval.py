"""RCAEval (Pham et al., WWW 2025): metrics, logs and traces around a time of injection.

A case is a folder with `inject_time.txt` in it, called `<service>_<fault>/<n>`, within any folders.
"""

from collections.abc import Iterator, Mapping

from backend.evals import ranking_rules, rcaeval_files
from backend.evals.folders import Folder
from backend.evals.suite import Json, Prediction, Scores
from sre_agent.diagnosis.metrics import anomalies, victims
from sre_agent.diagnosis.metrics.kinds import Kind, kind_of

_DEPTH = 4
_INJECTED = "inject_time.txt"
_KINDS: Mapping[str, Kind] = {
    "cpu": Kind.CPU,
    "mem": Kind.MEMORY,
    "disk": Kind.DISK,
    "socket": Kind.NETWORK,
    "delay": Kind.LATENCY,
    "loss": Kind.LATENCY,
}
"""The metric that shows a fault, by the set's name for the fault; faults of code have none."""


class RcaEval:
    """The set."""

    name = "rcaeval"

    def open(self, data: Folder, history: Folder | None) -> "RcaEvalRun":
        """Return the set that lies in a folder; it needs no history."""
        del history
        return RcaEvalRun(data)


class RcaEvalRun:
    """The set, opened."""

    def __init__(self, data: Folder) -> None:
        """Find the cases.

        Raises:
            UnreadableSetError: There is no such folder.
        """
        self._data = data
        self.cases = list(_cases(data, "", _DEPTH))

    @property
    def vocabulary(self) -> frozenset[str]:
        """Return the names of all services that have metrics."""
        read = (rcaeval_files.metrics(self._data.sub(case)) for case in self.cases)
        return frozenset(name for table in read for name in table.entities)

    def predict(self, case: str) -> Prediction:
        """Return the services, and of the metrics what they measure, the most likely first."""
        folder = self._data.sub(case)
        injected_s = float(folder.text(_INJECTED).strip())
        table = rcaeval_files.evidence(folder)
        before = table.between(float("-inf"), injected_s)
        after = table.between(injected_s, float("inf"))
        found = victims.discounted(anomalies.deviants(before, after), rcaeval_files.calls(folder))
        metrics = sorted(
            (one for item in found for one in item.metrics), key=lambda one: (-one.score, one.key)
        )
        answer = {
            "services": [item.entity for item in found],
            "metrics": [f"{one.key.entity}_{kind_of(one.key.metric)}" for one in metrics],
        }
        return Prediction(answer, anomalies.confidence(found))

    def answer(self, case: str) -> Json | None:
        """Return what the folder is named for."""
        service, _, fault = case.split("/")[-2].rpartition("_")
        kind = _KINDS.get(fault)
        return {"service": service, "metric": f"{service}_{kind}" if kind else None}

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        """Return whether the first service is the one."""
        return bool(prediction.answer["services"][:1] == [answer["service"]])

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        """Return AC@k and Avg@5 of the services, and of the metrics where the fault has one."""
        services = {case: item["services"] for case, item in predictions.items()}
        metrics = {case: list(dict.fromkeys(item["metrics"])) for case, item in predictions.items()}
        fine = {case: item for case, item in answers.items() if item["metric"]}
        coarse = ranking_rules.score(answers, services, "AC", "service")
        finer = ranking_rules.score(fine, metrics, "AC", "metric")
        return {**coarse, **{f"metric {name}": value for name, value in finer.items()}}


def _cases(folder: Folder, name: str, depth: int) -> Iterator[str]:
    if folder.exists(_INJECTED):
        yield name
    elif depth:
        for item in folder.names():
            if (folder.path / item).is_dir():
                yield from _cases(folder.sub(item), f"{name}/{item}" if name else item, depth - 1)
