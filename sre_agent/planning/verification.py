"""Whether a repair worked: judged on data newer than the action, or not judged at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field, ValidationError

from sre_agent.diagnosis.incident.names import owner_guesses
from sre_agent.diagnosis.incident.situation import OBJECT_LABELS
from sre_agent.domain.alert import Alert, AlertStatus
from sre_agent.domain.model import Value
from sre_agent.domain.observations.kubernetes import Workload
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList, GoldenSignals
from sre_agent.domain.plan import SignalBound, Verification
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.planning import again, change, deployed, hold, looks, rollout
from sre_agent.planning.change import Harm, Moved
from sre_agent.planning.hold import Check, Standing
from sre_agent.planning.looks import Answer, Look

LATE_HOLDS = 2
"""For how many holds one who comes late looks, at least, before what does not hold is the end."""


class Outcome(StrEnum):
    """Where a verification stands. Pending is not an end; unknown is, and is never success.

    Improved is clearly better than right before the action, and not within bounds at the deadline;
    worse is clearly worse than then, and does not wait for the deadline.
    """

    PENDING = "pending"
    RESOLVED = "resolved"
    IMPROVED = "improved"
    NOT_RESOLVED = "not_resolved"
    WORSE = "worse"
    UNKNOWN = "unknown"

    @property
    def is_failure(self) -> bool:
        """Return whether what was done is known not to have helped."""
        return self in {Outcome.NOT_RESOLVED, Outcome.WORSE}


class Judgement(Value):
    """An outcome with its reason, and every check that led to it, in sentences.

    `steady_since` is since when every look found alerts and rollout good, or None when this one
    did not; `harmed_since` is since when every look found the same thing worse, by its name. The next
    look is told both, because these say nothing about the time between looks.
    `is_in_vain` says that signals or rollout of the repaired object itself are bad; an alert that
    is still active, and others that suffer, may have another reason.
    """

    outcome: Outcome
    reason: str
    checks: tuple[str, ...] = ()
    steady_since: datetime | None = None
    harmed_since: dict[str, datetime] = Field(default_factory=dict)
    is_in_vain: bool = False


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


def judge(verification: Verification, answers: Sequence[Answer], look: Look) -> Judgement:
    """Return where a verification stands.

    What is clearly worse than before the action for as long as a bound has to hold ends it at once.
    Until the deadline anything else that does not hold yet is pending, as it is while one who came
    late has not looked for long enough. After it, what the data speak
    against is not resolved, or improved where it is clearly better than before, and what they do not
    speak of is unknown.
    """
    arrivals = list(deployed.find(verification, answers, look))
    arrived_at = next((found.at for _, found in arrivals), None)
    checks = [
        *_checks(verification, answers, look),
        *((call, found.check) for call, found in arrivals),
        *_declared(look),
        *_waits(verification, look),
    ]
    is_begun = look.now >= look.action_finished_at + timedelta(seconds=verification.wait_s)
    steady_since = _steady_since(checks, look) if is_begun else None
    checks += _held(steady_since, verification, look)
    harms = change.harms(verification, answers, look)
    moved = change.moves(verification, answers, look)
    outcome, reason = _outcome(_Seen(checks, harms, moved, arrived_at), verification, look)
    bad = [call for call, check in checks if check.standing is Standing.BAD]
    return Judgement(
        outcome=outcome,
        reason=reason,
        checks=(
            *(f"{check.standing}: {check.reason}" for _, check in checks),
            *(f"worse: {harm.reason}" for harm in harms),
            *(f"compared: {item}" for item in moved if item.is_compared),
        ),
        steady_since=steady_since,
        harmed_since={harm.name: _since(harm, look) for harm in harms},
        is_in_vain=any(call and looks.is_own(call, verification.object) for call in bad),
    )


@dataclass(frozen=True)
class _Seen:
    """What one look showed: checks, what is worse than before, and how signals moved.

    `arrived_at` is when the rollout came that was waited for.
    """

    checks: Sequence[tuple[ToolCall | None, Check]]
    harms: Sequence[Harm]
    moved: Sequence[Moved]
    arrived_at: datetime | None

    def standing(self, *wanted: Standing) -> list[Check]:
        return [check for _, check in self.checks if check.standing in wanted]


def _outcome(seen: _Seen, verification: Verification, look: Look) -> tuple[Outcome, str]:
    """Return the outcome with the reason that decides."""
    hold = timedelta(seconds=verification.hold_s)
    is_over = look.now >= _ends_at(verification, look, seen.arrived_at)
    lasting = [
        harm
        for harm in seen.harms
        if harm.is_proven
        or (look.now - _since(harm, look) >= hold and (is_over or not harm.is_late))
    ]
    if lasting:
        return Outcome.WORSE, "; ".join(harm.reason for harm in lasting)
    bad, silent = seen.standing(Standing.BAD), seen.standing(Standing.SILENT)
    if not (bad or silent or seen.harms):
        told = f"every check holds for {verification.hold_s:g} s on data after the action"
        return Outcome.RESOLVED, told
    said = [*(check.reason for check in (*bad, *silent)), *(harm.reason for harm in seen.harms)]
    reason = said[0]
    return _late(seen, reason) if is_over else (Outcome.PENDING, reason)


def _ends_at(verification: Verification, look: Look, arrived_at: datetime | None) -> datetime:
    """Return the deadline; whoever comes late, because a worker died, can still see a hold to its end."""
    awaited_s = 0.0 if arrived_at else verification.rollout_within_s
    within = timedelta(seconds=max(verification.deadline_s, awaited_s))
    deadline = (arrived_at or look.action_finished_at) + within
    window_s = min(verification.deadline_s, LATE_HOLDS * verification.hold_s)
    since = look.looking_since or look.action_finished_at
    return max(deadline, since + timedelta(seconds=window_s))


def _late(seen: _Seen, reason: str) -> tuple[Outcome, str]:
    """Return what is known at the deadline of what does not hold."""
    if not seen.standing(Standing.BAD):
        return Outcome.UNKNOWN, reason
    if seen.harms or not _is_improved(seen):
        return Outcome.NOT_RESOLVED, reason
    better = "; ".join(str(item) for item in seen.moved)
    return Outcome.IMPROVED, f"better, and not good: {better}; {reason}"


def _is_improved(seen: _Seen) -> bool:
    """Return whether signals are clearly better, and the rollout is over as well."""
    rollouts = [check for call, check in seen.checks if call and call.tool == "describe_workload"]
    return change.is_better(seen.moved) and all(
        check.standing is Standing.GOOD for check in rollouts
    )


def _since(harm: Harm, look: Look) -> datetime:
    return look.harmed_since.get(harm.name, look.now)


def _declared(look: Look) -> Iterator[tuple[ToolCall | None, Check]]:
    """Yield whether what was done still stands, where that is how it is proved."""
    if look.deed is None:
        return
    is_old = look.again is not None and look.again.observed_at < look.action_finished_at
    yield look.deed.call, again.check(look.deed.target, None if is_old else look.again)


def _waits(verification: Verification, look: Look) -> Iterator[tuple[ToolCall | None, Check]]:
    if look.now < look.action_finished_at + timedelta(seconds=verification.wait_s):
        why = f"the first judgement is {verification.wait_s:g} s after the action"
        yield None, Check(Standing.SILENT, why)


def _held(
    steady_since: datetime | None, verification: Verification, look: Look
) -> Iterator[tuple[ToolCall | None, Check]]:
    held = look.now - (steady_since or look.now)
    if steady_since and held < timedelta(seconds=verification.hold_s):
        why = f"alerts and rollout are good, for less than {verification.hold_s:g} s so far"
        yield None, Check(Standing.SILENT, why)


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
    for call in looks.calls(verification):
        if call.tool == "list_alerts" and not verification.alert_names:
            continue
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
    return rollout.check(Workload.model_validate(result.data))


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
