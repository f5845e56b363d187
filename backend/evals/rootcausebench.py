"""RootCauseBench: which commit broke it, if any, from alert, telemetry and what was changed."""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property

from backend.evals.folders import Folder
from backend.evals.suite import Json, Prediction, Scores
from sre_agent.diagnosis.changes import flags, judgement, scene
from sre_agent.diagnosis.changes.judgement import Judgement
from sre_agent.diagnosis.changes.outside import Origin
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.diagnosis.changes.told import Signature, Told
from sre_agent.domain.changes import Commit, Deploy, FlagChange, StatusNotice
from sre_agent.domain.telemetry import LogLine, MetricTable, Span

NONE = "none"
ROLLBACK = "rollback"
REMEDIES: Mapping[Origin, str] = {
    Origin.BELOW: "escalate-upstream",
    Origin.CERTIFICATE: "renew-certificate",
    Origin.ACCESS: "renew-credentials",
    Origin.DEMAND: "scale-out",
    Origin.DATA: "purge-bad-data",
}
_SHORTEST_SHA = 7
_SAME_TRACE = "same"


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


class RootCauseRun:
    """The set, opened."""

    def __init__(self, data: Folder) -> None:
        """Take a folder that holds `cases`."""
        self._data = data.sub("cases")

    @cached_property
    def cases(self) -> Sequence[str]:
        """Return the cases' names."""
        return self._data.names()

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Return the services' names."""
        names = set[str]()
        for case in self.cases:
            told = _told(self._data.sub(case))
            names.add(told.service)
            names.update(line.service for line in told.lines)
            names.update(deploy.service for deploy in told.deploys)
            names.update(told.table.entities if told.table else ())
        return frozenset(names - {""})

    def predict(self, case: str) -> Prediction:
        """Return the commit or none, the first service, those it took along, and the remedy."""
        seen = scene.build(_told(self._data.sub(case)))
        verdict = judgement.judge(seen)
        answer = {
            "root_cause_commit": _commit_of(verdict, seen),
            "first_failing_service": seen.first,
            "blast_radius": list(seen.victims),
            "remediation": _remedy(verdict),
        }
        return Prediction(answer, verdict.confidence)

    def answer(self, case: str) -> Json | None:
        """Return the set's answer, or None where it has none."""
        folder = self._data.sub(case)
        return folder.label("answer.json") if folder.exists("answer.json") else None

    def is_right(self, answer: Json, prediction: Prediction) -> bool:
        """Return whether the commit is the right one."""
        return _is_commit(prediction.answer, answer)

    def score(self, answers: Mapping[str, Json], predictions: Mapping[str, Json]) -> Scores:
        """Return the shares of the set's own rule."""
        sums = defaultdict[str, float](float)
        for case, answer in answers.items():
            for name, value in _graded(predictions.get(case, {}), answer).items():
                sums[name] += value / len(answers)
        return dict(sums)


class RootCauseBench:
    """The set, before it is opened."""

    name = "rootcausebench"

    def open(self, data: Folder, history: Folder | None) -> RootCauseRun:  # noqa: ARG002 - it needs none
        """Return the set that lies in a folder."""
        return RootCauseRun(data)


def _commit_of(verdict: Judgement, seen: Scene) -> str:
    if verdict.culprit:
        return verdict.culprit.commit.sha
    behind = flags.behind(verdict.flag.flag, seen.told.commits) if verdict.flag else None
    return behind.sha if behind else NONE


def _remedy(verdict: Judgement) -> str:
    if verdict.culprit:
        return ROLLBACK
    if verdict.flag:
        return "disable-flag"
    return REMEDIES[verdict.outside[0].origin if verdict.outside else Origin.BELOW]


def _is_commit(predicted: Json, answer: Json) -> bool:
    got, right = (
        str(item.get("root_cause_commit") or "").strip().lower() for item in (predicted, answer)
    )
    is_start = right != NONE and len(got) >= _SHORTEST_SHA and right.startswith(got)
    return got == right or is_start


def _graded(predicted: Json, answer: Json) -> dict[str, float]:
    is_passed = _is_commit(predicted, answer)
    decoys = {sha.lower() for sha in answer.get("decoy_deploy_commits", [])}
    is_decoy = str(predicted.get("root_cause_commit") or "").lower() in decoys
    is_first = predicted.get("first_failing_service") == answer["first_failing_service"]
    right, got = set(answer["blast_radius"]), set(predicted.get("blast_radius", []))
    overlap = len(right & got) / len(right | got) if right | got else 1.0
    is_remedy = predicted.get("remediation") == answer["remediation"]
    partly = min(0.5, 0.5 * (0.5 * is_first + 0.3 * overlap + 0.2 * is_remedy))
    grade = 1.0 if is_passed else 0.0 if is_decoy else partly
    return {
        "pass": float(is_passed),
        "decoy": float(is_decoy),
        "first": float(is_first),
        "jaccard": overlap,
        "remediation": float(is_remedy),
        "graded": grade,
    }


def _told(folder: Folder) -> Told:
    alert = folder.json("alert.json")
    context = folder.sub("context")
    return Told(
        service=alert["service"],
        metric=alert.get("metric", ""),
        text=f"{alert.get('monitor', '')} {alert.get('summary', '')}",
        fired_at_s=_seconds(alert["fired_at"]),
        table=_table(folder),
        lines=_lines(folder),
        signatures=_signatures(folder),
        spans=_spans(folder),
        commits=[_commit(row) for row in _rows(context, "commits.json")],
        deploys=[_deploy(row) for row in _rows(context, "deploys.json")],
        flags=[_flag(row) for row in _rows(context, "flags.json")],
        notices=_notices(folder),
    )


def _rows(folder: Folder, name: str) -> list[Json]:
    return list(folder.json(name) or []) if folder.exists(name) else []


def _table(folder: Folder) -> MetricTable | None:
    if not folder.exists("metrics.csv"):
        return None
    samples = defaultdict[tuple[str, str], list[tuple[float, float]]](list)
    for row in csv.DictReader(io.StringIO(folder.text("metrics.csv"))):
        if row["value"]:
            sample = _seconds(row["timestamp"]), float(row["value"])
            samples[row["service"], row["metric"]].append(sample)
    return MetricTable.from_samples(samples)


def _lines(folder: Folder) -> list[LogLine]:
    if not folder.exists("logs.ndjson"):
        return []
    rows = [json.loads(line) for line in folder.lines("logs.ndjson") if line.strip()]
    return [
        LogLine(
            at_s=_seconds(row["timestamp"]),
            service=row.get("service", ""),
            severity=row.get("severity_text", ""),
            trace_id=row.get("trace_id", ""),
            text="\n".join([row.get("msg", ""), *_stack(row)]),
        )
        for row in rows
    ]


def _stack(row: Mapping[str, Json]) -> list[str]:
    return [str(row[name]) for name in sorted(row) if "stack" in name or "exception" in name]


def _signatures(folder: Folder) -> list[Signature]:
    return [
        Signature(
            service=row["service"],
            text=row["signature"],
            count=int(row["count"]),
            more=_more(row.get("delta_vs_baseline"), int(row["count"])),
            is_bad=row.get("sentiment") == "negative",
        )
        for row in _rows(folder, "patterns.json")
    ]


def _more(told: Json, count: int) -> int:
    """Return how many more there are than before; of what is only called new, all are."""
    found = re.search(r"[-+]?\d+", str(told if told is not None else "new"))
    return int(found[0]) if found else count


def _spans(folder: Folder) -> list[Span]:
    """Return the spans; one whose trace is only called the same belongs to the one before."""
    found, trace = list[Span](), ""
    for row in _rows(folder, "traces.json"):
        trace = trace if row["trace_id"] == _SAME_TRACE else row["trace_id"]
        found.append(
            Span(
                trace_id=trace,
                span_id=row["span_id"],
                parent_id=row.get("parent_id") or "",
                service=row["service"],
                operation=row.get("name", ""),
                start_s=_seconds(row["start"]),
                duration_s=(row.get("duration_ms") or 0.0) / 1000,
                is_error=row.get("status") == "ERROR",
                message=row.get("error") or "",
            )
        )
    return found


def _commit(row: Json) -> Commit:
    return Commit(
        sha=row["sha"],
        at_s=_seconds(row["timestamp"]),
        message=row.get("message", ""),
        paths=tuple(row.get("files_changed") or ()),
        diff=row.get("diff") or "",
        author=row.get("author", ""),
    )


def _deploy(row: Json) -> Deploy:
    return Deploy(
        service=row.get("service", ""),
        at_s=_seconds(row["timestamp"]),
        sha=row.get("commit_sha") or "",
        version=row.get("version", ""),
    )


def _flag(row: Json) -> FlagChange:
    return FlagChange(
        flag=row.get("flag") or row.get("name", ""),
        at_s=_seconds(row["timestamp"]),
        change=row.get("change", ""),
        service=row.get("service", ""),
    )


def _notices(folder: Folder) -> list[StatusNotice]:
    if not folder.exists("status_feed.json"):
        return []
    feed = folder.json("status_feed.json")
    feeds = feed if isinstance(feed, list) else [feed]
    return [
        StatusNotice(
            component=item.get("component", item.get("source", "")),
            at_s=_seconds(event["timestamp"]),
            status=event.get("status", ""),
            text=event.get("detail", ""),
        )
        for item in feeds
        for event in item.get("events", [])
    ]
