"""TVDiag: the alerts of one failure on metrics, traces and logs, and the topology (2024).

Three systems, each a set of its own in one file: which instance failed? With labelled past failures
of the same system the engine learns from them first; a failure never teaches about itself.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from backend.evals import ranking_rules
from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.suite import Json, Prediction, Scores
from sre_agent.diagnosis import alert_streams
from sre_agent.diagnosis.alert_streams import Model, PastFailure, Stream
from sre_agent.domain.telemetry import AlertKind, AlertSignal
from sre_agent.domain.telemetry.alerts import SLOW

MIN_CONFIDENCE = 0.4
"""Below this nobody should be sent to look at the first instance alone."""
FOLDS = 5
"""So many times is learned anew where the past failures and the cases are the same."""
_ADDRESS = re.compile(r"\w+://([^:/]+)[:/]")
_REPLICA = re.compile(r"[-_]\d+$")
_DEGRADED = "PD"
"""What the set calls a call that takes too long; others have the code they failed with."""
_WITH_HOST = 4
Row = dict[str, Any]


@dataclass(frozen=True)
class TvdiagRun:
    """The failures of one system, and the past ones that teach about them."""

    rows: Mapping[str, Row]
    past: Mapping[str, Row] = field(default_factory=dict)

    @property
    def cases(self) -> Sequence[str]:
        """Return the failures' names."""
        return list(self.rows)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Return the services and hosts; an instance is its service with a number behind it."""
        instances = {name for row in self.rows.values() for name in row["nodes"]}
        services = {_REPLICA.sub("", name) for name in instances}
        return frozenset(services | set(self._hosts.values()))

    def predict(self, case: str) -> Prediction:
        """Return the instances, the likeliest first."""
        stream = self._stream(self.rows[case])
        ranked = alert_streams.rank(stream, self._models.get(_fold(case)) or self._models.get(-1))
        first = ranked[0].probability if ranked else 0.0
        return Prediction([item.entity for item in ranked], first, abstained=first < MIN_CONFIDENCE)

    def answer(self, case: str) -> Json | None:
        """Return the instance that failed, and how, or None where the set gives none."""
        return self.rows[case].get("answer")

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        """Return whether the first instance is the one that failed."""
        return bool(prediction.answer[:1] == [answer["instance"]])

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        """Return the hit rates among the first k."""
        return ranking_rules.score(answers, predictions, "HR", "instance")

    @cached_property
    def _models(self) -> Mapping[int, Model | None]:
        """Return what was learned: once (-1), or for each fold without the cases of that fold."""
        known = {case: row for case, row in self.past.items() if row.get("answer")}
        if not set(known) & set(self.rows):
            return {-1: alert_streams.fit([self._failure(row) for row in known.values()])}
        return {
            fold: alert_streams.fit(
                [self._failure(row) for case, row in known.items() if _fold(case) != fold]
            )
            for fold in range(FOLDS)
        }

    def labelled(self) -> dict[str, PastFailure]:
        """Return the failures whose culprit the set tells."""
        return {case: self._failure(row) for case, row in self.rows.items() if row.get("answer")}

    def _failure(self, row: Row) -> PastFailure:
        answer = row["answer"]
        return PastFailure(self._stream(row), answer["instance"], str(answer.get("type", "")))

    def _stream(self, row: Row) -> Stream:
        return Stream(
            entities=tuple(row["nodes"]),
            signals=tuple(_signals(row)),
            edges=frozenset((one, other) for one, other in row["edges"]),
            hosts=self._hosts,
        )

    @cached_property
    def _hosts(self) -> Mapping[str, str]:
        """Return where each instance runs, by the host that is told of it most often."""
        told: dict[str, Counter[str]] = defaultdict(Counter)
        for row in (*self.past.values(), *self.rows.values()):
            for item in row["metrics"]:
                if len(item) == _WITH_HOST:
                    told[item[0]][item[1]] += 1
            for _, callee, operation, _ in row["traces"]:
                address = _ADDRESS.match(operation)
                if address:
                    told[callee][address[1]] += 1
        return {name: hosts.most_common(1)[0][0] for name, hosts in sorted(told.items())}


@dataclass(frozen=True)
class Tvdiag:
    """One of the three systems, in the file `SYSTEM.json`."""

    system: str

    @property
    def name(self) -> str:
        """Return the name of the set."""
        return f"tvdiag_{self.system}"

    def open(self, data: Folder, history: Folder | None) -> TvdiagRun:
        """Return the failures of the system.

        Raises:
            UnreadableSetError: The file is not there or is of another form.
        """
        file = f"{self.system}.json"
        rows = _rows(data, file)
        past = history.json(file) if history and history.exists(file) else {}
        return TvdiagRun(rows, past)


def _rows(folder: Folder, file: str) -> dict[str, Row]:
    rows = folder.json(file)
    if not isinstance(rows, dict) or not all("nodes" in row for row in rows.values()):
        raise UnreadableSetError(f"{folder.path / file} is no mapping of failures with their nodes")
    answers = folder.label(file)  # the names that predictions are translated back to
    return {case: {**row, "answer": answers[case].get("answer")} for case, row in rows.items()}


def _signals(row: Row) -> list[AlertSignal]:
    return [
        *(
            AlertSignal(
                kind=AlertKind.METRIC,
                entity=item[0],
                host=item[1] if len(item) == _WITH_HOST else "",
                name=item[-2],
                direction=item[-1],
            )
            for item in row["metrics"]
        ),
        *(
            AlertSignal(
                kind=AlertKind.TRACE,
                entity=callee,
                caller=caller,
                name=operation,
                direction=SLOW if how == _DEGRADED else how,
            )
            for caller, callee, operation, how in row["traces"]
        ),
        *(
            AlertSignal(kind=AlertKind.LOG, entity=item[0], name=str(item[1]))
            for item in row["logs"]
        ),
    ]


def _fold(case: str) -> int:
    return hashlib.sha256(case.encode()).digest()[1] % FOLDS
