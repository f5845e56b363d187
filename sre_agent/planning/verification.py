"""Whether a repair worked: judged on data newer than the action, or not judged at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import ValidationError

from sre_agent.diagnosis.incident.names import owner_guesses
from sre_agent.diagnosis.incident.situation import OBJECT_LABELS
from sre_agent.domain.alert import Alert, AlertStatus
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Workload
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList, GoldenSignals
from sre_agent.domain.plan import SignalBound, Verification
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.planning import hold
from sre_agent.planning.hold import Check, Standing

LEAST_WINDOW_S = 120
POINTS_PER_HOLD = 6
ROLLED_OUT = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
ALERTS_MOST = 500
"""So many alerts of a whole cluster are looked through; more than that, and nobody can tell."""


class Outcome(StrEnum):
    """Where a verification stands. Pending is not an end; unknown is, and is never success."""

    PENDING = "pending"
    RESOLVED = "resolved"
    NOT_RESOLVED = "not_resolved"
    UNKNOWN = "unknown"


class Judgement(Value):
    """An outcome with its reason, and every check that led to it, in sentences.

    `steady_since` is since when every look found alerts and rollout good, or None when this one
    did not; the next look is told, because these say nothing about the time between looks.
    `is_in_vain` says that signals or rollout of the repaired object itself are bad; an alert that
    is still active, and others that suffer, may have another reason.
    """

    outcome: Outcome
    reason: str
    checks: tuple[str, ...] = ()
    steady_since: datetime | None = None
    is_in_vain: bool = False


@dataclass(frozen=True)
class Answer:
    """A call of a verification and what came of it."""

    call: ToolCall
    result: ToolResult


@dataclass(frozen=True, kw_only=True)
class Look:
    """When a look is taken, and what is known beside the answers.

    `alerts` are those of the incident as it stands now; `steady_since` is that of the look before.
    """

    action_finished_at: datetime
    now: datetime
    alerts: Sequence[Alert] = ()
    steady_since: datetime | None = None


def with_alerts(verification: Verification, alerts: Sequence[Alert]) -> Verification:
    """Return the verification with the alerts that joined the incident after the plan."""
    firing = [alert for alert in alerts if alert.status is AlertStatus.FIRING]
    names = {alert.name for alert in firing}.union(verification.alert_names)
    is_anywhere = any(not alert.namespace for alert in firing)
    return verification.model_copy(
        update={
            "alert_names": tuple(sorted(names)),
            "alerts_anywhere": verification.alerts_anywhere or is_anywhere,
        }
    )


def calls(verification: Verification) -> tuple[ToolCall, ...]:
    """Return what to ask for one judgement."""
    step_s = max(1, int(verification.hold_s / POINTS_PER_HOLD))
    window_s = max(LEAST_WINDOW_S, int(2 * verification.hold_s))
    asked = [
        _call(
            "prometheus",
            "golden_signals",
            namespace=bound.namespace,
            service=bound.service,
            window_s=window_s,
            step_s=step_s,
        )
        for bound in verification.bounds
    ]
    if verification.alert_names and verification.alerts_anywhere:
        asked.append(_call("prometheus", "list_alerts", limit=ALERTS_MOST))
    elif verification.alert_names:
        namespaces = sorted({bound.namespace for bound in verification.bounds})
        asked += [_call("prometheus", "list_alerts", namespace=name) for name in namespaces]
    if verification.object.kind in ROLLED_OUT:
        asked.append(_call("kubernetes", "describe_workload", **verification.object.model_dump()))
    return tuple(asked)


def judge(verification: Verification, answers: Sequence[Answer], look: Look) -> Judgement:
    """Return where a verification stands.

    Until the deadline anything that does not hold yet is pending. After it, what the data speak
    against is not resolved, and what they do not speak of is unknown.
    """
    checks = list(_checks(verification, answers, look))
    first_at = look.action_finished_at + timedelta(seconds=verification.wait_s)
    if look.now < first_at:
        why = f"the first judgement is {verification.wait_s:g} s after the action"
        checks.append((None, Check(Standing.SILENT, why)))
    steady_since = _steady_since(checks, look) if look.now >= first_at else None
    held = look.now - (steady_since or look.now)
    if steady_since and held < timedelta(seconds=verification.hold_s):
        why = f"alerts and rollout are good, for less than {verification.hold_s:g} s so far"
        checks.append((None, Check(Standing.SILENT, why)))
    told = tuple(f"{check.standing}: {check.reason}" for _, check in checks)
    against = [(call, check) for call, check in checks if check.standing is Standing.BAD]
    bad = [check for _, check in against]
    open_checks = bad or [check for _, check in checks if check.standing is Standing.SILENT]
    if not open_checks:
        outcome = Outcome.RESOLVED
        reason = f"every check holds for {verification.hold_s:g} s on data after the action"
    else:
        reason = open_checks[0].reason
        end = look.action_finished_at + timedelta(seconds=verification.deadline_s)
        late = Outcome.NOT_RESOLVED if bad else Outcome.UNKNOWN
        outcome = Outcome.PENDING if look.now < end else late
    return Judgement(
        outcome=outcome,
        reason=reason,
        checks=told,
        steady_since=steady_since,
        is_in_vain=any(call and _is_own(call, verification.object) for call, _ in against),
    )


def _is_own(call: ToolCall, repaired: ObjectRef) -> bool:
    """Return whether a call looks at the repaired object itself."""
    name = {"describe_workload": "name", "golden_signals": "service"}.get(call.tool, "")
    where = (call.arguments.get("namespace"), call.arguments.get(name))
    return where == (repaired.namespace, repaired.name)


def _steady_since(checks: Sequence[tuple[ToolCall | None, Check]], look: Look) -> datetime | None:
    """Return since when what has no history of its own is good; None without any such check."""
    momentary = [check for call, check in checks if call and call.tool != "golden_signals"]
    if not momentary or any(check.standing is not Standing.GOOD for check in momentary):
        return None
    return look.steady_since or look.now


def _checks(
    verification: Verification, answers: Sequence[Answer], look: Look
) -> Iterator[tuple[ToolCall | None, Check]]:
    """Return one check for each call of the verification, also for those without an answer."""
    by_call = {str(answer.call): answer.result for answer in answers}
    bounds = iter(verification.bounds)
    for call in calls(verification):
        bound = next(bounds) if call.tool == "golden_signals" else None
        result = by_call.get(str(call))
        if result is None or result.status is not ToolStatus.OK or result.data is None:
            why = result.reason or result.status if result else "it was not asked"
            yield call, Check(Standing.SILENT, f"{call} gives no data: {why}")
        elif result.observed_at < look.action_finished_at:
            yield call, Check(Standing.SILENT, f"{call} was answered before the action")
        else:
            try:
                yield call, _check(verification, bound, call, result, look)
            except ValidationError:
                yield call, Check(Standing.SILENT, f"the answer of {call} cannot be read")


def _check(
    verification: Verification,
    bound: SignalBound | None,
    call: ToolCall,
    result: ToolResult,
    look: Look,
) -> Check:
    if bound:
        span = hold.Span(look.action_finished_at, look.now, verification.hold_s)
        return hold.check(GoldenSignals.model_validate(result.data), bound, span)
    if call.tool == "list_alerts":
        found = _alerts(AlertList.model_validate(result.data), verification, look.alerts)
        if found.standing is Standing.GOOD and result.left_out:
            return Check(Standing.SILENT, f"not all alerts were seen: {'; '.join(result.left_out)}")
        return found
    return _rollout(Workload.model_validate(result.data))


def _alerts(alerts: AlertList, verification: Verification, known: Sequence[Alert]) -> Check:
    """Speak against it while an alert is active: a pending one fires soon if nothing changes."""
    names = {verification.object.name, *(bound.service for bound in verification.bounds)}
    active = sorted(
        {
            f"{alert.name} ({alert.state})"
            for alert in alerts.alerts
            if alert.name in verification.alert_names
            and (_is_about(alert, names) or any(_is_same(alert, each) for each in known))
        }
    )
    if active:
        return Check(Standing.BAD, f"still active: {', '.join(active)}")
    return Check(Standing.GOOD, "none of the alerts is active any more")


def _is_same(alert: ActiveAlert, known: Alert) -> bool:
    """Return whether an alert is one of the incident's, to which its sender may add labels."""
    return alert.name == known.name and all(
        known.labels.get(label) == value
        for label, value in alert.labels.items()
        if label != "alertname"
    )


def _is_about(alert: ActiveAlert, names: set[str]) -> bool:
    values = [alert.labels[label] for label in OBJECT_LABELS if label in alert.labels]
    return any(guess in names for value in values for guess in owner_guesses(value))


def _rollout(workload: Workload) -> Check:
    counts = workload.replicas
    name = str(workload.object)
    if workload.observed_generation < workload.generation:
        return Check(Standing.BAD, f"the cluster has not yet taken up the change of {name}")
    if counts.updated < counts.desired or counts.available < counts.desired:
        ready = f"{counts.updated} of {counts.desired} updated, {counts.available} available"
        return Check(Standing.BAD, f"the rollout of {name} is still going on: {ready}")
    if counts.current > counts.desired:
        return Check(Standing.BAD, f"pods of {name} from before are still there")
    return Check(Standing.GOOD, f"the rollout of {name} is complete")


def _call(server: str, tool: str, **arguments: str | int) -> ToolCall:
    return ToolCall(server=server, tool=tool, arguments=arguments)
