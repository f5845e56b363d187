"""Which playbook applies to a cause, and which of its steps; with the reason for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.causes import Cause
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.runbooks import RunbookStep
from sre_agent.planning import conditions
from sre_agent.planning.conditions import View
from sre_agent.planning.playbooks import Playbook, Playbooks, Step
from sre_agent.planning.repairs import Repair
from sre_agent.planning.runbook_advice import SET_VARIABLE, Advice


@dataclass(frozen=True)
class Taken:
    """The step that holds, its repairs in order, and why the steps before it did not hold."""

    playbook: Playbook
    why: str
    step: Step
    repairs: tuple[Repair, ...]
    passed_over: tuple[str, ...]


@dataclass(frozen=True)
class Reserved:
    """Alerts that only a person may answer; `is_all` says that the incident has no others."""

    playbook: Playbook
    alerts: tuple[str, ...]
    is_all: bool


_NO_STEP = Step(
    name="no-step",
    condition="no step holds",
    when="true",
    escalate="no step of the playbook holds with what is known",
)
"""Where every step was passed over, a person goes on."""


def view(
    cause: Cause, situation: Situation, advice: Advice | None, *, burns_fast: bool = False
) -> View:
    """Return what conditions may speak of: `cause`, `facts`, `signals`, `alerts` and `runbook`.

    `burns_fast` says that requests fail so fast that an error budget would soon be gone.
    """
    looked_at = [
        health
        for ref in (cause.object, *situation.anchors)
        if (health := situation.health.get(ref)) is not None
    ]
    steps = advice.steps if advice else ()
    return {
        "cause": {
            "fault_class": cause.fault_class.value,
            "confidence": cause.confidence,
            **cause.object.model_dump(),
        },
        "facts": {name: value for name, value in cause.facts.items() if value is not None},
        "signals": {
            "errors": any(health.errors or health.high_since for health in looked_at),
            "latency": any(health.latency for health in looked_at),
            "burns_fast": burns_fast,
        },
        "alerts": list(alert_names(situation.case.incident)),
        "runbook": {
            "actions": [step.action for step in steps],
            "explicit_actions": [step.action for step in steps if _is_explicit(step, cause)],
            "is_for_service": bool(advice and advice.is_for_service),
            "is_stale": bool(advice and advice.citation.is_stale),
        },
    }


def _is_explicit(step: RunbookStep, cause: Cause) -> bool:
    """Return whether a runbook says of this class of fault, and of the variable missing, to do so."""
    is_other = step.action == SET_VARIABLE and (
        step.arguments.get("variable") != cause.facts.get("variable")
    )
    return cause.fault_class in step.when and not is_other


def alert_names(incident: Incident) -> tuple[str, ...]:
    """Return the names of the incident's alerts, each once."""
    return tuple(sorted({alert.name for alert in incident.alerts}))


def take(
    playbooks: Playbooks, cause: Cause, seen: View, refused: Mapping[str, str]
) -> Taken | None:
    """Return the first step that holds of the playbook that applies; None when none applies.

    A step whose repairs cannot be made does not hold. One that hands over to a person holds also
    when nobody can tell whether it does. `refused` is what the systems said no to, by step; what is
    no step's name is told, and keeps no step from being taken.
    """
    playbook = _playbook(playbooks, cause, seen)
    if playbook is None:
        return None
    why = _why(playbook, cause, seen)
    own = {step.name for step in playbook.steps}
    passed_over = [f"{name}: {why}" for name, why in refused.items() if name not in own]
    for step in playbook.steps:
        repairs = tuple(playbooks.repairs[name] for name in step.repairs)
        obstacle = (
            refused.get(step.name)
            or _obstacle(step, repairs, cause, seen)
            or _forbidden(step, playbooks)
        )
        if not obstacle:
            return Taken(playbook, why, step, repairs, tuple(passed_over))
        passed_over.append(f"{step.name}: {obstacle}")
    return Taken(playbook, why, _NO_STEP, (), tuple(passed_over))


def for_a_person(playbooks: Playbooks, incident: Incident) -> Reserved | None:
    """Return what no program ever acts on among the incident's alerts, or None."""
    names = alert_names(incident)
    for playbook in playbooks.playbooks:
        found = playbook.trigger.alerts_in(names)
        if playbook.always_a_person and found:
            return Reserved(playbook, found, is_all=found == names)
    return None


def not_seen(playbook: Playbook, cause: Cause, situation: Situation) -> tuple[str, ...]:
    """Return what the playbook wants looked at, of the cause's object, that nobody could see."""
    case, ref = situation.case, cause.object
    workload, patterns = case.workloads.get(ref), case.patterns.get(ref)
    pods = {pod.name for pod in workload.fact.pods} if workload else set()
    seen: dict[Topic, Any] = {
        Topic.WORKLOAD: workload,
        Topic.HISTORY: case.histories.get(ref) or workload,
        Topic.SIGNALS: case.signals.get(ref),
        Topic.ERROR_PATTERNS: patterns,
        Topic.POD_LOGS: patterns or any(log.fact.pod in pods for log in case.pod_logs),
    }
    return tuple(topic.value for topic in playbook.diagnosis if not seen.get(topic))


def _playbook(playbooks: Playbooks, cause: Cause, seen: View) -> Playbook | None:
    """Return the playbook for the class of the cause; of several, the one whose alerts fire.

    One that needs facts which the cause has is about just that.
    """

    def rank(playbook: Playbook) -> tuple[int, int, int]:
        trigger = playbook.trigger
        signals = sum(bool(seen["signals"].get(name)) for name in trigger.signals)
        return len(trigger.needs), len(trigger.alerts_in(seen["alerts"])), signals

    fitting = [
        item
        for item in playbooks.playbooks
        if cause.fault_class in item.trigger.fault_classes
        and all(name in seen["facts"] for name in item.trigger.needs)
    ]
    return max(fitting, key=rank, default=None)


def _why(playbook: Playbook, cause: Cause, seen: View) -> str:
    alerts = playbook.trigger.alerts_in(seen["alerts"])
    told = f", and {', '.join(alerts)} told of it" if alerts else ""
    return f"it is for {cause.fault_class}{told}"


def _obstacle(step: Step, repairs: Sequence[Repair], cause: Cause, seen: View) -> str:
    """Return why a step does not hold, or an empty string when it does."""
    answer = conditions.evaluate(step.when, seen)
    if answer.fault and step.escalate:
        return ""
    if answer.fault:
        return f"nobody can tell whether {step.condition} ({answer.fault})"
    if not answer.holds:
        return f"it is not so that {step.condition}"
    return "; ".join(text for repair in repairs for text in repair.obstacles(cause))


def _forbidden(step: Step, playbooks: Playbooks) -> str:
    tools = [playbooks.repairs[name].tool for name in step.repairs if name in playbooks.forbidden]
    return f"nobody may call {', '.join(tools)} here" if tools else ""
