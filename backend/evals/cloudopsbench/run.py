"""The set as the harness runs it: a case's frozen answers in, up to three triples out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from backend.evals import ranking_rules
from backend.evals.cloudopsbench import cached, declared, labels, measured
from backend.evals.cloudopsbench.labels import APP, NAMESPACE, NODE
from backend.evals.folders import Folder
from backend.evals.suite import Json, Prediction, Scores
from sre_agent.diagnosis import snapshots
from sre_agent.domain.causes import Cause, Diagnosis
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.telemetry import MetricTable
from sre_agent.manifests import kubectl

_ANSWERS = 3
_SPELLINGS = {"db_readonly_mode": "db_read_only", "gateway_misrouted": "gateway_misroute"}
_NAMED = frozenset({"Deployment", "StatefulSet", "Service", "Node"})
"""The kinds whose names people make up."""
_FIELDS = ("fault_taxonomy", "fault_object", "root_cause")


class CloudOpsBench:
    """The set."""

    name = "cloudopsbench"

    def open(self, data: Folder, history: Folder | None) -> "CloudOpsBenchRun":
        """Return the set that lies in a folder; it needs no history."""
        del history
        return CloudOpsBenchRun(data)


class CloudOpsBenchRun:
    """The set, opened."""

    def __init__(self, data: Folder) -> None:
        """List the cases.

        Raises:
            UnreadableSetError: The folder does not hold the set.
        """
        self._cases = data.sub("cases")
        self.cases = self._cases.names()

    @property
    def vocabulary(self) -> frozenset[str]:
        """Return the names of all workloads, Services, nodes and namespaces."""
        return frozenset(
            name for case in self.cases for name in _names(self._cases.sub(case)) if name
        )

    def predict(self, case: str) -> Prediction:
        """Return up to three triples, the most likely first."""
        snapshot, telemetry = read(self._cases.sub(case))
        found = snapshots.diagnose(snapshot, snapshot.taken_at, telemetry=telemetry)
        namespace = snapshot.namespaces[0] if snapshot.namespaces else ""
        triples = list(_triples(found, namespace))[:_ANSWERS]
        confidence = found.causes[0].confidence if found.causes else None
        return Prediction(triples, confidence, abstained=found.abstained or not triples)

    def answer(self, case: str) -> Json | None:
        """Return the triple that the set names."""
        folder = self._cases.sub(case)
        return folder.label("answer.json") if folder.exists("answer.json") else None

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        """Return whether the first triple is the one."""
        return rank(answer, prediction.answer) == 0

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        """Return in how many cases the triple is the first, or among the first three."""
        ranks = [rank(answer, predictions.get(case, [])) for case, answer in answers.items()]
        scores = ranking_rules.at_k(ranks, "A", (1, 3))
        slow = [
            rank
            for rank, answer in zip(ranks, answers.values(), strict=True)
            if answer["fault_taxonomy"] == "Performance_Fault"
            or answer["root_cause"].startswith("node_network")
        ]
        return {**scores, **{f"slow {key}": value for key, value in _first(slow).items()}}


def _first(ranks: list[int]) -> Scores:
    scores = ranking_rules.at_k(ranks, "A", (1,))
    scores.pop("Avg@5", None)
    return scores


def read(folder: Folder) -> tuple[Snapshot, MetricTable | None]:
    """Return what a case's answers and metrics tell, without its label.

    Raises:
        UnreadableSetError: A file of it is not there, or cannot be read.
    """
    cache = folder.json("tool_cache.json")
    namespace = str(folder.json("query.json").get("namespace", ""))
    snapshot = kubectl.read(cached.questions(cache), cached.taken_at(cache))
    tools = cached.by_tool(cache)
    logs = tuple(cached.error_logs(tools["GetErrorLogs"], namespace))
    if not logs and folder.exists("logs.json"):
        # Megabytes, of which the errors are all that tells something.
        logs = tuple(cached.whole_logs(folder.json("logs.json"), namespace))
    told = replace(
        snapshot,
        namespaces=(namespace,),
        declared_claims=tuple(declared.claims(tools["GetAppYAML"])),
        logs=(*snapshot.logs, *logs),
        connectivity=tuple(cached.connectivity(tools["CheckServiceConnectivity"])),
        node_services=tuple(cached.node_services(tools["CheckNodeServiceStatus"])),
        calls=tuple(cached.calls(tools["GetServiceDependencies"], namespace)),
    )
    return told, measured.table(folder, cached.zone(tools["DescribeResource"]))


def _names(folder: Folder) -> Iterator[str]:
    for asked in cached.questions(folder.json("tool_cache.json")):
        if asked.name and asked.kind in _NAMED:
            yield asked.name
    yield str(folder.json("query.json").get("namespace", ""))


def _triples(found: Diagnosis, namespace: str) -> Iterator[dict[str, str]]:
    seen = set[tuple[str, str]]()
    for cause in found.causes:
        label = labels.of(cause)
        if not label:
            continue
        named = _target(cause, label.target, namespace)
        if named and (named, label.root_cause) not in seen:
            seen.add((named, label.root_cause))
            yield dict(zip(_FIELDS, (label.taxonomy, named, label.root_cause), strict=True))


def _target(cause: Cause, target: str, namespace: str) -> str:
    ref = cause.object
    if target == NAMESPACE:
        name = ref.name if ref.kind == "Namespace" else ref.namespace or namespace
        return f"{NAMESPACE}/{name}"
    is_node = ref.kind == "Node"
    if is_node != (target == NODE):
        return ""
    return f"{NODE if is_node else APP}/{ref.name}"


def rank(answer: Json, triples: Json) -> int:
    """Return at which place the right triple stands among the first three, from 0."""
    wanted = _normal(answer)
    return next(
        (place for place, item in enumerate(triples[:_ANSWERS]) if _normal(item) == wanted),
        ranking_rules.MISSED,
    )


def _normal(triple: Json) -> tuple[str, ...]:
    words = (str(triple.get(field, "")).strip().lower() for field in _FIELDS)
    return tuple(_SPELLINGS.get(word, word) for word in words)
