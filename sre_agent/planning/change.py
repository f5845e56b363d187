"""What became better or worse since right before an action, with the numbers that show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from typing_extensions import override

from sre_agent.diagnosis.incident.names import owner_guesses
from sre_agent.diagnosis.incident.situation import OBJECT_LABELS
from sre_agent.domain.alert import Severity
from sre_agent.domain.incident import Follower
from sre_agent.domain.observations.kubernetes import Pod, Workload
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList, GoldenSignals, Signal
from sre_agent.domain.plan import SignalBound, Verification
from sre_agent.planning import comparing, hold, looks
from sre_agent.planning.comparing import Comparison, Margin, Trend
from sre_agent.planning.looks import Answer, Look

ERRORS = Margin(1.25, 0.02)
LATENCY = Margin(1.5, 0.1)
"""A busy machine is slower or faster than before for no reason: less than this is not told apart."""
TRAFFIC_SHARE = 0.1
"""With less than this share of the traffic of before, fewer errors say only that nobody asks."""

_FAILING = frozenset(
    {
        "CrashLoopBackOff",
        "ImagePullBackOff",
        "ErrImagePull",
        "InvalidImageName",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
    }
)
_QUIET = frozenset({Severity.INFO, Severity.NONE})


@dataclass(frozen=True)
class Harm:
    """One thing that is worse than before the action, by a name that stays from look to look.

    `is_proven` says that its own samples cover the window already; anything else has to be seen for
    as long. `is_late` counts at the deadline only: until then it may still be on its way.
    """

    name: str
    reason: str
    is_proven: bool = False
    is_late: bool = False


@dataclass(frozen=True)
class Moved:
    """How one signal of the repaired object moved; `bound` is what it has to keep to."""

    label: str
    comparison: Comparison
    bound: float

    @property
    def is_compared(self) -> bool:
        """Return whether there were values enough on both sides."""
        return self.comparison.trend is not Trend.UNKNOWN

    @override
    def __str__(self) -> str:
        """Return the signal with its numbers."""
        return f"{self.label} {self.comparison}"


def moves(verification: Verification, answers: Sequence[Answer], look: Look) -> tuple[Moved, ...]:
    """Return how the repaired object's own signals moved, where fresh data and traffic show it."""
    found: list[Moved] = []
    own = {
        (bound.namespace, bound.service): bound
        for bound in verification.bounds
        if (bound.namespace, bound.service)
        == (verification.object.namespace, verification.object.name)
    }
    for call in looks.calls(verification):
        bound = own.get((call.arguments.get("namespace", ""), call.arguments.get("service", "")))
        if call.tool != "golden_signals" or bound is None:
            continue
        before = looks.read(look.before, call, GoldenSignals)
        after = looks.read(_fresh(answers, look), call, GoldenSignals)
        if before is not None and after is not None:
            found += _moves(before, after, bound, look, verification.hold_s)
    return tuple(found)


def harms(verification: Verification, answers: Sequence[Answer], look: Look) -> tuple[Harm, ...]:
    """Return all that is worse than right before the action."""
    settled_at = look.action_finished_at + _look_back(verification, answers, look)
    return (
        *_worse_signals(moves(verification, answers, look)),
        *_lost_pods(verification, answers, look),
        *_new_alerts(verification, answers, look, settled_at),
        *(
            _follows(item)
            for item in look.followers
            if _is_of_after(item.opened_at, look, settled_at)
        ),
    )


def _look_back(verification: Verification, answers: Sequence[Answer], look: Look) -> timedelta:
    """Return how far the signals look back, as alerts on them do."""
    found = (
        looks.read(_fresh(answers, look), call, GoldenSignals)
        for call in looks.calls(verification)
        if call.tool == "golden_signals"
    )
    queries = [
        signal.query
        for seen in found
        if seen is not None
        for signal in (seen.total.traffic, seen.total.errors)
    ]
    return timedelta(seconds=max(map(hold.rate_window_s, queries), default=0.0))


def _is_of_after(began: datetime, look: Look, settled_at: datetime) -> bool:
    """Return whether what began after the action is of what was measured after it.

    An alert that begins soon after looks back to before, and may tell of the failure itself, which
    spread: it counts where it goes on once nothing of that is looked back to.
    """
    return began >= settled_at or look.now >= settled_at


def _follows(item: Follower) -> Harm:
    name = f"incident {item.incident_id}"
    return Harm(name, f"{name} of {item.service} began after action {item.action_id}")


def is_better(moved: Sequence[Moved]) -> bool:
    """Return whether the signals are clearly better: one at least fell, and none rose."""
    trends = {item.comparison.trend for item in moved}
    return Trend.LOWER in trends and not trends & {Trend.HIGHER, Trend.UNKNOWN}


def _moves(
    before: GoldenSignals,
    after: GoldenSignals,
    bound: SignalBound,
    look: Look,
    hold_s: float,
) -> Iterator[Moved]:
    total = after.total
    judged = [item for item in (total.traffic, total.errors, total.latency_p99) if item]
    look_back = timedelta(seconds=max(hold.rate_window_s(item.query) for item in judged))
    span = hold.Span(look.action_finished_at + look_back, look.now, hold_s)
    if not _has_traffic(before, after, bound, span):
        return
    pairs = (
        ("error ratio", before.total.errors, total.errors, bound.error_ratio_max, ERRORS),
        (
            "p99 latency",
            before.total.latency_p99,
            total.latency_p99,
            bound.latency_p99_max_s,
            LATENCY,
        ),
    )
    for label, old, new, limit, margin in pairs:
        if limit is not None and old is not None and new is not None:
            compared = comparing.compare(
                _last(old, hold_s), _covering(new, after.step_s, span), margin
            )
            yield Moved(f"{bound.namespace}/{bound.service}: {label}", compared, limit)


def _has_traffic(
    before: GoldenSignals, after: GoldenSignals, bound: SignalBound, span: hold.Span
) -> bool:
    usual = _last(before.total.traffic, span.hold_s)
    now = _covering(after.total.traffic, after.step_s, span)
    least = max(bound.min_traffic_rps, TRAFFIC_SHARE * (median(usual) if usual else 0.0))
    return bool(now) and median(now) >= least


def _last(signal: Signal, hold_s: float) -> list[float]:
    """Return the values of the end of a window, as long as the one that they are compared with.

    Of a coarse signal it is the few last ones that a comparison takes at least.
    """
    if not signal.points:
        return []
    start = signal.points[-1].at - timedelta(seconds=hold_s)
    covered = [point.value for point in signal.points if point.at >= start]
    least = [point.value for point in signal.points[-comparing.FEWEST :]]
    return max(covered, least, key=len)


def _covering(signal: Signal, step_s: float, span: hold.Span) -> list[float]:
    """Return the values of the last `hold_s` seconds, or none where they do not go so far back."""
    points = hold.held(signal, step_s, span)
    if points is None or points[-1].at - span.since < timedelta(seconds=span.hold_s):
        return []
    return [point.value for point in points]


def _worse_signals(moved: Sequence[Moved]) -> Iterator[Harm]:
    for item in moved:
        found = item.comparison
        if found.trend is Trend.HIGHER and found.after > item.bound:
            yield Harm(item.label, str(item), is_proven=True)


def _lost_pods(verification: Verification, answers: Sequence[Answer], look: Look) -> Iterator[Harm]:
    """Yield that fewer pods are ready; pods that only start have time to the deadline."""
    call = looks.description(verification.object)
    before = looks.read(look.before, call, Workload)
    after = looks.read(_fresh(answers, look), call, Workload)
    if before is None or after is None:
        return
    wanted = min(before.replicas.ready, after.replicas.desired)
    if after.replicas.ready >= wanted:
        return
    failing = sorted({why for pod in after.pods for why in _failures(pod)})
    told = f"; {', '.join(failing)}" if failing else ""
    yield Harm(
        f"ready {after.replicas.ready} {told}",
        f"{verification.object}: {before.replicas.ready} pods ready before, "
        f"{after.replicas.ready} after{told}",
        is_late=not failing,
    )


def _failures(pod: Pod) -> Iterator[str]:
    if pod.phase == "Failed":
        yield pod.reason or pod.phase
    for container in pod.containers:
        if not container.ready and container.reason in _FAILING:
            yield container.reason


def _new_alerts(
    verification: Verification, answers: Sequence[Answer], look: Look, settled_at: datetime
) -> Iterator[Harm]:
    """Yield the alerts on the target or its callers that began after the action.

    More of the incident's own alerts on the target are the same trouble, not another.
    """
    own = {verification.object.name, *(bound.service for bound in verification.bounds)}
    for call in looks.calls(verification):
        after = looks.read(_fresh(answers, look), call, AlertList)
        if call.tool != "list_alerts" or after is None:
            continue
        before = looks.read(look.before, call, AlertList)
        known = (
            {_key(alert, own | set(look.callers)) for alert in before.alerts} if before else set()
        )
        for alert in after.alerts:
            key = _key(alert, own | set(look.callers))
            is_same_trouble = alert.name in verification.alert_names and key[1] in own
            is_new = key not in known and _is_new(alert, look, settled_at)
            if key[1] and is_new and not is_same_trouble:
                name, about = key
                yield Harm(
                    f"alert {name} {about}", f"alert {name} on {about} began after the action"
                )


def _is_new(alert: ActiveAlert, look: Look, settled_at: datetime) -> bool:
    is_loud = alert.labels.get("severity", "") not in _QUIET
    began = alert.active_at
    if alert.state != "firing" or not is_loud or began is None:
        return False
    return began >= look.action_finished_at and _is_of_after(began, look, settled_at)


def _key(alert: ActiveAlert, names: set[str]) -> tuple[str, str]:
    """Return the alert's name and which of the names it is about; an empty text for none."""
    values = [alert.labels[label] for label in OBJECT_LABELS if label in alert.labels]
    about = [guess for value in values for guess in owner_guesses(value) if guess in names]
    return alert.name, about[0] if about else ""


def _fresh(answers: Sequence[Answer], look: Look) -> list[Answer]:
    return [item for item in answers if item.result.observed_at >= look.action_finished_at]
