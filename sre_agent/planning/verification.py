"""Whether a repair worked: judged on data newer than the action, or not judged at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import ValidationError

from sre_agent.diagnosis.names import owner_guesses
from sre_agent.diagnosis.situation import OBJECT_LABELS
from sre_agent.domain.model import Value
from sre_agent.domain.observations.kubernetes import Workload
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList, GoldenSignals
from sre_agent.domain.plan import Verification
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.planning import hold
from sre_agent.planning.hold import Check, Standing

LEAST_WINDOW_S = 120
POINTS_PER_HOLD = 6


class Outcome(StrEnum):
    """Where a verification stands. Pending is not an end; unknown is, and is never success."""

    PENDING = "pending"
    RESOLVED = "resolved"
    NOT_RESOLVED = "not_resolved"
    UNKNOWN = "unknown"


class Judgement(Value):
    """An outcome with its reason, and every check that led to it, in sentences."""

    outcome: Outcome
    reason: str
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A call of a verification and what came of it."""

    call: ToolCall
    result: ToolResult


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
    if verification.alert_names:
        namespaces = sorted({bound.namespace for bound in verification.bounds})
        asked += [_call("prometheus", "list_alerts", namespace=name) for name in namespaces]
    if verification.object.kind == "Deployment":
        namespace, name = verification.object.namespace, verification.object.name
        asked.append(_call("kubernetes", "describe_workload", namespace=namespace, name=name))
    return tuple(asked)


def judge(
    verification: Verification,
    answers: Sequence[Answer],
    action_finished_at: datetime,
    now: datetime,
) -> Judgement:
    """Return where a verification stands.

    Until the deadline anything that does not hold yet is pending. After it, what the data speak
    against is not resolved, and what they do not speak of is unknown.
    """
    checks = tuple(_checks(verification, answers, action_finished_at, now))
    told = tuple(f"{check.standing}: {check.reason}" for check in checks)
    bad = [check for check in checks if check.standing is Standing.BAD]
    silent = [check for check in checks if check.standing is Standing.SILENT]
    open_checks = bad or silent
    if not open_checks:
        reason = f"every check holds for {verification.hold_s:g} s on data after the action"
        return Judgement(outcome=Outcome.RESOLVED, reason=reason, checks=told)
    reason = open_checks[0].reason
    if now < action_finished_at + timedelta(seconds=verification.deadline_s):
        return Judgement(outcome=Outcome.PENDING, reason=reason, checks=told)
    outcome = Outcome.NOT_RESOLVED if bad else Outcome.UNKNOWN
    return Judgement(outcome=outcome, reason=reason, checks=told)


def _checks(
    verification: Verification,
    answers: Sequence[Answer],
    action_finished_at: datetime,
    now: datetime,
) -> Iterator[Check]:
    """Return one check for each call of the verification, also for those without an answer."""
    by_call = {str(answer.call): answer.result for answer in answers}
    span = hold.Span(action_finished_at, now, verification.hold_s)
    bounds = iter(verification.bounds)
    for call in calls(verification):
        result = by_call.get(str(call))
        bound = next(bounds) if call.tool == "golden_signals" else None
        if result is None or result.status is not ToolStatus.OK or result.data is None:
            why = result.reason or result.status if result else "it was not asked"
            yield Check(Standing.SILENT, f"{call} gives no data: {why}")
            continue
        if result.observed_at < action_finished_at:
            yield Check(Standing.SILENT, f"{call} was answered before the action")
            continue
        try:
            if bound:
                yield hold.check(GoldenSignals.model_validate(result.data), bound, span)
            elif call.tool == "list_alerts":
                yield _alerts(AlertList.model_validate(result.data), verification)
            else:
                yield _rollout(Workload.model_validate(result.data))
        except ValidationError:
            yield Check(Standing.SILENT, f"the answer of {call} cannot be read")


def _alerts(alerts: AlertList, verification: Verification) -> Check:
    names = {verification.object.name, *(bound.service for bound in verification.bounds)}
    firing = sorted(
        {
            alert.name
            for alert in alerts.alerts
            if alert.state == "firing"
            and alert.name in verification.alert_names
            and _is_about(alert, names)
        }
    )
    if firing:
        return Check(Standing.BAD, f"still firing: {', '.join(firing)}")
    return Check(Standing.GOOD, "none of the alerts fires any more")


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
