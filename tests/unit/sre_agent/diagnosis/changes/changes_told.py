"""Small incidents to tell: minutes of metrics, lines, commits and deploys around minute 70."""

from collections.abc import Sequence

from sre_agent.diagnosis.changes.told import Told
from sre_agent.domain.changes import Commit, Deploy, FlagChange, StatusNotice
from sre_agent.domain.telemetry import LogLine, MetricTable, Span

START_S = 1_750_000_000.0
ONSET = 70
LENGTH = 90


def at(minute: float) -> float:
    return START_S + 60.0 * minute


def stepped(before: float, after: float, since: float = ONSET) -> list[float]:
    """Return a metric that leaves its level at a minute, with a little everyday life in it."""
    wobble = [1.0 + 0.02 * ((7 * minute) % 5 - 2) for minute in range(LENGTH)]
    return [(before if minute < since else after) * wobble[minute] for minute in range(LENGTH)]


def rising(before: float, after: float, since: float) -> list[float]:
    """Return a metric that climbs steadily from a minute on."""
    climb = (after - before) / (LENGTH - since)
    return [
        before + max(0.0, minute - since) * climb + 0.01 * before * (minute % 3)
        for minute in range(LENGTH)
    ]


def commit(sha: str, minute: float, message: str, path: str, diff: str = "") -> Commit:
    return Commit(
        sha=sha * 10, at_s=at(minute), message=message, paths=tuple(path.split()), diff=diff
    )


def deploy(sha: str, minute: float, service: str) -> Deploy:
    return Deploy(service=service, at_s=at(minute), sha=sha * 10)


def lines(service: str, text: str, times: int = 8, since: float = ONSET) -> list[LogLine]:
    return [
        LogLine(at_s=at(since) + 20.0 * turn, service=service, severity="ERROR", text=text)
        for turn in range(times)
    ]


def told(
    service: str,
    metrics: dict[tuple[str, str], list[float]],
    complaints: Sequence[LogLine],
    commits: Sequence[Commit],
    deploys: Sequence[Deploy],
    *,
    flags: Sequence[FlagChange] = (),
    notices: Sequence[StatusNotice] = (),
    spans: Sequence[Span] = (),
) -> Told:
    metric = next(iter(metrics))
    return Told(
        service=service,
        metric=metric[1],
        text=f"{service} {metric[1]} above threshold",
        fired_at_s=at(ONSET + 4),
        table=MetricTable.build([at(minute) for minute in range(LENGTH)], metrics),
        lines=complaints,
        commits=commits,
        deploys=deploys,
        flags=flags,
        notices=notices,
        spans=spans,
    )
