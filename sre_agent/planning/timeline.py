"""One sentence for each event of an incident's log."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, zip_longest

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import (
    choice_lines,
    inquiry_lines,
    opinion_lines,
    people_lines,
    summary_lines,
    undo_lines,
)
from sre_agent.planning.wording import Payload, by, text, with_reason

UNTOLD = frozenset({EventKind.TOOL_CALLED, EventKind.EVIDENCE_ADDED})
"""Kinds that a report counts or lists elsewhere."""
_ROUTINE = frozenset(
    {
        EventKind.SPECIALISTS_SELECTED,
        EventKind.GRANT_MINTED,
        EventKind.GRANT_RENEWED,
        EventKind.REPORT_WRITTEN,
    }
)
_ALERTS = {EventKind.ALERT_RECEIVED: "received", EventKind.ALERT_RESOLVED: "resolved"}
_ALERTS_TOLD = 5
_TOLD_STATUSES = frozenset({IncidentStatus.RESOLVED, IncidentStatus.CLOSED})
"""The other ends have events of their own."""


def sentence(event: Event) -> str | None:
    """Return what happened, or None for kinds that a timeline leaves out."""
    if event.kind in UNTOLD:
        return None
    payload = event.payload
    if event.kind is EventKind.TIED:
        return undo_lines.tied(payload, event.incident_id)
    if event.kind is EventKind.MERGED and payload.get("into") == event.incident_id:
        return f"Incident {text(payload, 'incident_id', '?')} joined this one: the same cause"
    return _SENTENCES[event.kind](payload)


def rows(events: Sequence[Event]) -> Iterator[tuple[Event, str]]:
    """Yield what a reader of a report wants to know, oldest first.

    Left out are moves of the status that other entries tell of already, specialists that simply
    did their work, models that would look nowhere else, and all but the last of several looks in a row.
    """
    told = [event for event in events if not _is_routine(event)]
    for kind, run in groupby(told, key=lambda event: event.kind):
        if kind in _ALERTS:
            yield from _alerts(list(run))
        else:
            yield from _others(list(run))


def _alerts(events: Sequence[Event]) -> Iterator[tuple[Event, str]]:
    """Yield the first alerts that came or went in a row; of a storm only the number of the rest."""
    for event in events[:_ALERTS_TOLD]:
        yield event, sentence(event) or ""
    rest = events[_ALERTS_TOLD:]
    if rest:
        names = Counter(text(event.payload, "name", "?") for event in rest)
        verb = _ALERTS[rest[-1].kind]
        told = ", ".join(f"{name} ({number})" for name, number in names.most_common(_ALERTS_TOLD))
        alerts = "alert" if len(rest) == 1 else "alerts"
        yield rest[-1], f"{len(rest)} more {alerts} {verb} by then: {told}"


def _others(events: Sequence[Event]) -> Iterator[tuple[Event, str]]:
    for event, following in zip_longest(events, events[1:]):
        said = sentence(event)
        is_repeated = (
            event.kind is EventKind.VERIFICATION_SAMPLED
            and following is not None
            and following.kind is EventKind.VERIFICATION_SAMPLED
        )
        if said and not is_repeated:
            yield event, said


def _is_routine(event: Event) -> bool:
    if event.kind is EventKind.SPECIALIST_FINISHED:
        return not event.payload.get("gaps")
    if event.kind is EventKind.MODEL_QUESTIONS:
        return inquiry_lines.is_empty(event.payload)
    if event.kind is EventKind.STATUS_CHANGED:
        return event.payload.get("to") not in _TOLD_STATUSES
    return event.kind in _ROUTINE


def _opened(payload: Payload) -> str:
    return f"Incident opened by {text(payload, 'trigger', 'an alert')}: {text(payload, 'title')}"


def _alert(verb: str) -> Callable[[Payload], str]:
    def say(payload: Payload) -> str:
        summary, why = text(payload, "summary"), text(payload, "joined_because")
        told = f"Alert {text(payload, 'name', '?')} {verb}{f': {summary}' if summary else ''}"
        return f"{told} (joined: {why})" if why else told

    return say


def _selected(payload: Payload) -> str:
    chosen = payload.get("selected") or ()
    names = [
        text(item, "specialist") if isinstance(item, Mapping) else str(item) for item in chosen
    ]
    return f"Specialists sent: {', '.join(names)}" if names else "Specialists were selected"


def _specialist(verb: str) -> Callable[[Payload], str]:
    def say(payload: Payload) -> str:
        return with_reason(f"Specialist {text(payload, 'specialist', '?')} {verb}")(payload)

    return say


def _ranked(payload: Payload) -> str:
    diagnosis = payload.get("diagnosis") or {}
    causes = diagnosis.get("causes") or ()
    lead = f"Round {text(payload, 'round', '?')}"
    if diagnosis.get("abstained") or not causes:
        return f"{lead}: no cause is good enough ({text(diagnosis, 'reason', 'no evidence')})"
    top = causes[0]
    return f"{lead}: {top['fault_class']} of {top['object']['name']} at {in_percent(top['confidence'])}"


def _proposed(payload: Payload) -> str:
    plan = payload.get("plan") or {}
    step = text(plan.get("choice") or {}, "step")
    book = f" by playbook {text(plan, 'playbook')}, step {step!r}" if step else ""
    runbook = plan.get("runbook") or {}
    old = " (stale)" if runbook.get("is_stale") else ""
    cited = f"; runbook {text(runbook, 'title')!r}{old}" if runbook else ""
    chosen = (plan.get("choice") or {}).get("chosen")
    by = f" as {text(chosen, 'model')} chose" if chosen else ""
    return f"Plan proposed{book}{by}: {text(plan, 'summary', 'see the plan')}{cited}"


def _ruled(payload: Payload) -> str:
    rulings = payload.get("rulings") or ()
    said = [
        f"{item['action_id']} {item['ruling']} by {item['rule']}"
        for item in rulings
        if isinstance(item, Mapping)
    ]
    told = f"Policy ruled: {'; '.join(said)}" if said else "Policy ruled"
    return told + undo_lines.agreement(payload)


def _requested(payload: Payload) -> str:
    return f"Approval requested, open until {text(payload, 'expires_at', 'it is withdrawn')}"


def _decided(payload: Payload) -> str:
    who = f" by {text(payload, 'actor')}" if payload.get("actor") else ""
    through = f" through {text(payload, 'channel')}" if payload.get("channel") else ""
    left_out = payload.get("without") or ()
    but = f" without {', '.join(str(item) for item in left_out)}" if left_out else ""
    waits = ", another person is waited for" if payload.get("waits_for") else ""
    lost = "".join(f"; {item}" for item in payload.get("lost") or ())
    verdict = text(payload, "verdict", "decided")
    return with_reason(f"Plan {verdict}{who}{through}{but}{waits}{lost}")(payload)


def _started(payload: Payload) -> str:
    call = payload.get("call")
    what = str(ToolCall.model_validate(call)) if isinstance(call, Mapping) else "see the plan"
    return f"Action {text(payload, 'action_id', '?')} started: {what}"


def _finished(payload: Payload) -> str:
    said = text(payload, "outcome") or text(payload, "status", "ended")
    detail = text(payload, "detail") or text(payload, "reason")
    return f"Action {text(payload, 'action_id', '?')}: {said}{f' ({detail})' if detail else ''}"


def _verified(payload: Payload) -> str:
    return with_reason(f"Verified: {text(payload, 'result', 'unknown')}")(payload)


def _moved(payload: Payload) -> str:
    lead = f"Status {text(payload, 'from', '?')} → {text(payload, 'to', '?')}"
    return with_reason(lead)(payload)


def _merged(payload: Payload) -> str:
    return with_reason(f"Merged into {text(payload, 'into', '?')}")(payload)


def _nothing(_: Payload) -> str:
    return ""


_SENTENCES: Mapping[EventKind, Callable[[Payload], str]] = {
    EventKind.INCIDENT_OPENED: _opened,
    EventKind.ALERT_RECEIVED: _alert("received"),
    EventKind.ALERT_RESOLVED: _alert("resolved"),
    EventKind.RUN_STARTED: with_reason("Investigation started"),
    EventKind.RUN_FAILED: with_reason("Investigation failed"),
    EventKind.SPECIALISTS_SELECTED: _selected,
    EventKind.TOOL_CALLED: _nothing,
    EventKind.EVIDENCE_ADDED: _nothing,
    EventKind.SPECIALIST_FAILED: _specialist("failed"),
    EventKind.SPECIALIST_FINISHED: _specialist("finished"),
    EventKind.CAUSES_RANKED: _ranked,
    EventKind.MODEL_QUESTIONS: inquiry_lines.given,
    EventKind.MODEL_OPINION: opinion_lines.given,
    EventKind.MODEL_CHOICE: choice_lines.given,
    EventKind.PLAN_PROPOSED: _proposed,
    EventKind.PLAN_WITHHELD: with_reason("No plan"),
    EventKind.POLICY_RULED: _ruled,
    EventKind.APPROVAL_REQUESTED: _requested,
    EventKind.APPROVAL_GIVEN: _decided,
    EventKind.APPROVAL_DECIDED: _decided,
    EventKind.APPROVAL_VOIDED: with_reason("What was shown has changed, so that no answer counts"),
    EventKind.GRANT_MINTED: with_reason("Grant minted"),
    EventKind.GRANT_RENEWED: with_reason("Grant renewed"),
    EventKind.GRANT_REFUSED: with_reason("Grant refused"),
    EventKind.BRAKED: with_reason("Not carried out now"),
    EventKind.ACTION_STARTED: _started,
    EventKind.ACTION_FINISHED: _finished,
    EventKind.VERIFICATION_SAMPLED: with_reason("Looked again"),
    EventKind.VERIFICATION_FINISHED: _verified,
    EventKind.UNDO_VERIFIED: undo_lines.took,
    EventKind.VERDICT_GIVEN: people_lines.judged,
    EventKind.REOPENED: by("Reopened"),
    EventKind.REINVESTIGATED: people_lines.reinvestigated,
    EventKind.CANCELLED: by("Cancelled"),
    EventKind.PAUSED: by("Paused"),
    EventKind.RESUMED: by("Resumed"),
    EventKind.CAUSE_DISMISSED: people_lines.dismissed,
    EventKind.ACKNOWLEDGED: by("Acknowledged"),
    EventKind.ASSIGNED: people_lines.assigned,
    EventKind.COMMENTED: people_lines.commented,
    EventKind.TIED: _nothing,
    EventKind.SPLIT: people_lines.split,
    EventKind.MERGED: _merged,
    EventKind.ESCALATED: with_reason("Escalated to people"),
    EventKind.REPORT_WRITTEN: with_reason("Report written"),
    EventKind.MODEL_SUMMARY: summary_lines.given,
    EventKind.STATUS_CHANGED: _moved,
}
