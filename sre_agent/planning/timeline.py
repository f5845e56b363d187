"""One sentence for each event of an incident's log."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from typing import Any

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import undo_lines

Payload = Mapping[str, Any]

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
        return f"Incident {_text(payload, 'incident_id', '?')} joined this one: the same cause"
    return _SENTENCES[event.kind](payload)


def rows(events: Sequence[Event]) -> Iterator[tuple[Event, str]]:
    """Yield what a reader of a report wants to know, oldest first.

    Left out are moves of the status that other entries tell of already, specialists that simply
    did their work, and all but the last of several looks in a row.
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
        names = Counter(_text(event.payload, "name", "?") for event in rest)
        verb = _ALERTS[rest[-1].kind]
        told = ", ".join(f"{name} ({number})" for name, number in names.most_common(_ALERTS_TOLD))
        yield rest[-1], f"{len(rest)} more alerts {verb} by then: {told}"


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
    if event.kind is EventKind.STATUS_CHANGED:
        return event.payload.get("to") not in _TOLD_STATUSES
    return event.kind in _ROUTINE


def _text(payload: Payload, key: str, otherwise: str = "") -> str:
    value = payload.get(key)
    return otherwise if value is None or value == "" else str(value)


def _with_reason(lead: str) -> Callable[[Payload], str]:
    def say(payload: Payload) -> str:
        reason = _text(payload, "reason")
        return f"{lead}: {reason}" if reason else lead

    return say


def _opened(payload: Payload) -> str:
    return f"Incident opened by {_text(payload, 'trigger', 'an alert')}: {_text(payload, 'title')}"


def _alert(verb: str) -> Callable[[Payload], str]:
    def say(payload: Payload) -> str:
        summary, why = _text(payload, "summary"), _text(payload, "joined_because")
        told = f"Alert {_text(payload, 'name', '?')} {verb}{f': {summary}' if summary else ''}"
        return f"{told} (joined: {why})" if why else told

    return say


def _selected(payload: Payload) -> str:
    chosen = payload.get("selected") or ()
    names = [
        _text(item, "specialist") if isinstance(item, Mapping) else str(item) for item in chosen
    ]
    return f"Specialists sent: {', '.join(names)}" if names else "Specialists were selected"


def _specialist(verb: str) -> Callable[[Payload], str]:
    def say(payload: Payload) -> str:
        return _with_reason(f"Specialist {_text(payload, 'specialist', '?')} {verb}")(payload)

    return say


def _ranked(payload: Payload) -> str:
    diagnosis = payload.get("diagnosis") or {}
    causes = diagnosis.get("causes") or ()
    lead = f"Round {_text(payload, 'round', '?')}"
    if diagnosis.get("abstained") or not causes:
        return f"{lead}: no cause is good enough ({_text(diagnosis, 'reason', 'no evidence')})"
    top = causes[0]
    return f"{lead}: {top['fault_class']} of {top['object']['name']} at {in_percent(top['confidence'])}"


def _proposed(payload: Payload) -> str:
    plan = payload.get("plan") or {}
    step = _text(plan.get("choice") or {}, "step")
    by = f" by playbook {_text(plan, 'playbook')}, step {step!r}" if step else ""
    runbook = plan.get("runbook") or {}
    old = " (stale)" if runbook.get("is_stale") else ""
    cited = f"; runbook {_text(runbook, 'title')!r}{old}" if runbook else ""
    return f"Plan proposed{by}: {_text(plan, 'summary', 'see the plan')}{cited}"


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
    return f"Approval requested, open until {_text(payload, 'expires_at', 'it is withdrawn')}"


def _decided(payload: Payload) -> str:
    by = f" by {_text(payload, 'actor')}" if payload.get("actor") else ""
    through = f" through {_text(payload, 'channel')}" if payload.get("channel") else ""
    left_out = payload.get("without") or ()
    but = f" without {', '.join(str(item) for item in left_out)}" if left_out else ""
    waits = ", another person is waited for" if payload.get("waits_for") else ""
    verdict = _text(payload, "verdict", "decided")
    return _with_reason(f"Plan {verdict}{by}{through}{but}{waits}")(payload)


def _started(payload: Payload) -> str:
    call = payload.get("call")
    what = str(ToolCall.model_validate(call)) if isinstance(call, Mapping) else "see the plan"
    return f"Action {_text(payload, 'action_id', '?')} started: {what}"


def _finished(payload: Payload) -> str:
    said = _text(payload, "outcome") or _text(payload, "status", "ended")
    detail = _text(payload, "detail") or _text(payload, "reason")
    return f"Action {_text(payload, 'action_id', '?')}: {said}{f' ({detail})' if detail else ''}"


def _verified(payload: Payload) -> str:
    return _with_reason(f"Verified: {_text(payload, 'result', 'unknown')}")(payload)


def _moved(payload: Payload) -> str:
    lead = f"Status {_text(payload, 'from', '?')} → {_text(payload, 'to', '?')}"
    return _with_reason(lead)(payload)


def _merged(payload: Payload) -> str:
    return _with_reason(f"Merged into {_text(payload, 'into', '?')}")(payload)


def _judged(payload: Payload) -> str:
    said = payload.get("verdict") or {}
    named = payload.get("actual") or {}
    actual = f", actually {named['fault_class']} of {_object(named['object'])}" if named else ""
    note = f": {_text(said, 'note')}" if said.get("note") else ""
    return f"Cause judged {_text(said, 'judgement', '?')} by {_text(payload, 'actor', '?')}{actual}{note}"


def _reinvestigated(payload: Payload) -> str:
    hint = payload.get("hint") or {}
    about = [
        f"at {_object(hint['object'])}" if hint.get("object") else "",
        f"for {hint['fault_class']}" if hint.get("fault_class") else "",
        f"by {hint['specialist']}" if hint.get("specialist") else "",
    ]
    looks = f", to look first {' '.join(filter(None, about))}" if any(about) else ""
    asked = payload.get("action") or {}
    call = ToolCall.model_validate(asked["call"]) if asked.get("call") else None
    return _by(f"Asked for {call}" if call else "Investigated anew")(payload) + looks


def _by(lead: str) -> Callable[[Payload], str]:
    def say(payload: Payload) -> str:
        by = f" by {_text(payload, 'actor')}" if payload.get("actor") else ""
        return _with_reason(f"{lead}{by}")(payload)

    return say


def _dismissed(payload: Payload) -> str:
    cause = payload.get("dismissal") or {}
    of = f" of {_object(cause['object'])}" if cause.get("object") else ""
    return _by(f"Cause {_text(cause, 'fault_class', '?')}{of} dismissed")(payload)


def _assigned(payload: Payload) -> str:
    return _by(f"Assigned to {_text(payload, 'to', '?')}")(payload)


def _commented(payload: Payload) -> str:
    return f"{_text(payload, 'actor', 'Someone')} comments: {_text(payload, 'text')}"


def _split(payload: Payload) -> str:
    what = ", ".join(str(name) for name in payload.get("services") or ())
    origin, into = _text(payload, "incident_id", "?"), _text(payload, "into", "?")
    return _with_reason(f"Alerts of {what or '?'} went from {origin} to {into}")(payload)


def _object(ref: Mapping[str, Any]) -> str:
    return "/".join(str(ref[key]) for key in ("kind", "namespace", "name") if ref.get(key))


def _nothing(_: Payload) -> str:
    return ""


_SENTENCES: Mapping[EventKind, Callable[[Payload], str]] = {
    EventKind.INCIDENT_OPENED: _opened,
    EventKind.ALERT_RECEIVED: _alert("received"),
    EventKind.ALERT_RESOLVED: _alert("resolved"),
    EventKind.RUN_STARTED: _with_reason("Investigation started"),
    EventKind.RUN_FAILED: _with_reason("Investigation failed"),
    EventKind.SPECIALISTS_SELECTED: _selected,
    EventKind.TOOL_CALLED: _nothing,
    EventKind.EVIDENCE_ADDED: _nothing,
    EventKind.SPECIALIST_FAILED: _specialist("failed"),
    EventKind.SPECIALIST_FINISHED: _specialist("finished"),
    EventKind.CAUSES_RANKED: _ranked,
    EventKind.PLAN_PROPOSED: _proposed,
    EventKind.PLAN_WITHHELD: _with_reason("No plan"),
    EventKind.POLICY_RULED: _ruled,
    EventKind.APPROVAL_REQUESTED: _requested,
    EventKind.APPROVAL_GIVEN: _decided,
    EventKind.APPROVAL_DECIDED: _decided,
    EventKind.APPROVAL_VOIDED: _with_reason("What was shown has changed, so that no answer counts"),
    EventKind.GRANT_MINTED: _with_reason("Grant minted"),
    EventKind.GRANT_RENEWED: _with_reason("Grant renewed"),
    EventKind.GRANT_REFUSED: _with_reason("Grant refused"),
    EventKind.BRAKED: _with_reason("Not carried out now"),
    EventKind.ACTION_STARTED: _started,
    EventKind.ACTION_FINISHED: _finished,
    EventKind.VERIFICATION_SAMPLED: _with_reason("Looked again"),
    EventKind.VERIFICATION_FINISHED: _verified,
    EventKind.UNDO_VERIFIED: undo_lines.took,
    EventKind.VERDICT_GIVEN: _judged,
    EventKind.REOPENED: _by("Reopened"),
    EventKind.REINVESTIGATED: _reinvestigated,
    EventKind.CANCELLED: _by("Cancelled"),
    EventKind.PAUSED: _by("Paused"),
    EventKind.RESUMED: _by("Resumed"),
    EventKind.CAUSE_DISMISSED: _dismissed,
    EventKind.ACKNOWLEDGED: _by("Acknowledged"),
    EventKind.ASSIGNED: _assigned,
    EventKind.COMMENTED: _commented,
    EventKind.TIED: _nothing,
    EventKind.SPLIT: _split,
    EventKind.MERGED: _merged,
    EventKind.ESCALATED: _with_reason("Escalated to people"),
    EventKind.REPORT_WRITTEN: _with_reason("Report written"),
    EventKind.STATUS_CHANGED: _moved,
}
