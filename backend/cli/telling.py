"""Events as lines for people: what happened, with what, in a breath."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from backend.cli import attributed, consent, moments, telling_rulings
from backend.cli.plain import escape
from sre_agent.domain.inquiry import ModelInquiry
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.model_choice import ModelChoice
from sre_agent.domain.opinion import ModelOpinion
from sre_agent.domain.plan_reasons import Choice, RunbookCitation
from sre_agent.domain.summary import ModelSummary
from sre_agent.planning import (
    choice_lines,
    inquiry_lines,
    opinion_lines,
    reasons,
    summary_lines,
)

Payload = dict[str, Any]

_ALERT_KINDS = frozenset({"alert_received", "alert_resolved"})
_ALERTS_TOLD = 5


def line(event: dict[str, Any]) -> str | None:
    """Return the event as one line of console markup, or None for what only programs need.

    Everything that came from outside is escaped: a log line cannot colour, link or hide anything.
    """
    teller = _TELLERS.get(event["kind"])
    if teller is None:
        return None
    said = teller(event["payload"])
    return f"[dim]{moments.clock(event['at'])}[/] [cyan]{escape(event['actor']):<12}[/] {said}"


def lines(events: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the events as lines; of alerts that came in a row only the first, and how many more."""
    for kind, run in groupby(events, key=itemgetter("kind")):
        told = [said for event in run if (said := line(event)) is not None]
        limit = _ALERTS_TOLD if kind in _ALERT_KINDS else len(told)
        yield from told[:limit]
        if len(told) > limit:
            more = len(told) - limit
            alerts = "alert" if more == 1 else "alerts"
            yield f"[dim]{'':8} {'':<12} and {more} more {alerts}[/]"


def _alert(payload: Payload) -> str:
    alert = payload.get("alert") or payload
    service, because = payload.get("service"), payload.get("joined_because")
    told = f"alert {escape(str(alert.get('name', '')))}"
    told += f" of {escape(str(service))}" if service else ""
    return told + (f" [dim](joins as {escape(str(because))})[/]" if because else "")


def _call(payload: Payload) -> str:
    call = payload["call"]
    arguments = ", ".join(f"{key}={value}" for key, value in call["arguments"].items())
    status = payload["status"]
    colour = "green" if status == "ok" else "yellow"
    told = escape(f"{call['server']}.{call['tool']}({arguments})")
    verb = {"rehearse": "rehearses", "write": "writes"}.get(payload.get("mode", ""), "asks")
    times = (
        f", {payload['times']} more time{'s' * (payload['times'] != 1)}"
        if "times" in payload
        else ""
    )
    took = f"{payload['duration_ms']:.0f} ms{times}"
    return f"[dim]{verb}[/] {told} [{colour}]{status}[/] [dim]{took}[/]"


def _causes(payload: Payload) -> str:
    diagnosis = payload["diagnosis"]
    if not diagnosis["causes"]:
        return f"round {payload['round']}: no cause yet ({escape(diagnosis['reason'])})"
    top = diagnosis["causes"][0]
    where = _place(top["object"])
    doubt = "[yellow]abstains[/]: " + escape(diagnosis["reason"]) if diagnosis["abstained"] else ""
    explained = top.get("explanation", ())
    statement = "" if explained else f" {escape(top['statement'])}"  # it is in the explanation
    said = [*explained, *attributed.briefly(payload.get("changes"))]
    lines = "".join(f"\n    [dim]{escape(line)}[/]" for line in said)
    return (
        f"round {payload['round']}: [bold]{top['fault_class']}[/] of [bold]{escape(where)}[/], "
        f"confidence {in_percent(top['confidence'])}.{statement} {doubt}{lines}"
    )


def _inquiry(payload: Payload) -> str:
    inquiry = ModelInquiry.model_validate(payload["inquiry"])
    whose = f"its model [bold]{escape(inquiry.model)}[/]"
    if inquiry.note:
        return f"{whose} was [yellow]no help[/]: {escape(inquiry.note)}"
    told = f"{inquiry_lines.chosen(inquiry)}{inquiry_lines.struck(inquiry)}"
    return f"{whose} {escape(told)}"


def _opinion(payload: Payload) -> str:
    opinion = ModelOpinion.model_validate(payload["opinion"])
    if opinion.note:
        return f"[yellow]no second opinion[/] of {escape(opinion.model)}: {escape(opinion.note)}"
    told = [escape(line) for line in opinion_lines.lines(opinion)]
    rest = "".join(f"\n    [dim]{line}[/]" for line in told[1:])
    return f"second opinion of [bold]{escape(opinion.model)}[/]: {told[0]}{rest}"


def _choice(payload: Payload) -> str:
    choice = ModelChoice.model_validate(payload["choice"])
    first, *rest = (escape(line) for line in choice_lines.lines(choice))
    return first + "".join(f"\n    [dim]{line}[/]" for line in rest)


def _summary(payload: Payload) -> str:
    summary = ModelSummary.model_validate(payload["summary"])
    if summary.note:
        return f"[yellow]no summary[/] of {escape(summary.model)}: {escape(summary.note)}"
    told = "".join(f"\n    [dim]{escape(line)}[/]" for line in summary_lines.lines(summary))
    struck = escape(summary_lines.struck(summary))
    return f"summary in the words of [bold]{escape(summary.model)}[/]{struck}{told}"


def plan(proposed: Payload) -> Iterator[str]:
    """Yield all that someone should read before saying yes to a plan."""
    yield from _reasons(proposed)
    for action in proposed["actions"]:
        call, rehearsed = action["call"], action["dry_run"]
        arguments = ", ".join(f"{key}={value}" for key, value in call["arguments"].items())
        yield f"{escape(action['id'])} [bold]{escape(call['tool'])}({escape(arguments)})[/]"
        yield from (f"  would change {escape(change)}" for change in rehearsed["changes"])
        yield from (f"    [dim]{escape(row)}[/]" for row in rehearsed.get("diff", "").splitlines())
        yield from (f"  [yellow]warning:[/] {escape(said)}" for said in rehearsed["warnings"])
        yield f"  {escape(action['blast_radius']['statement'])}"
        if action["inverse"]:
            undo = action["inverse"]["arguments"]
            told = ", ".join(f"{key}={value}" for key, value in undo.items())
            yield f"  undone by {escape(action['inverse']['tool'])}({escape(told)})"
        else:
            yield "  undone by nothing that the platform can do itself"


def _reasons(proposed: Payload) -> Iterator[str]:
    """Yield the playbook and its steps, and the runbook, with warnings to be seen."""
    chosen, cited = proposed.get("choice"), proposed.get("runbook")
    choice = Choice.model_validate(chosen) if chosen else None
    runbook = RunbookCitation.model_validate(cited) if cited else None
    told = (*reasons.of_choice(proposed["playbook"], choice), *reasons.of_runbook(runbook))
    for line in told:
        warned = line.startswith(reasons.WARNING)
        text = escape(line.removeprefix(reasons.WARNING))
        yield f"[yellow]{reasons.WARNING}[/]{text}" if warned else text


def _plan(payload: Payload) -> str:
    return "plan:" + "".join(f"\n    {row}" for row in plan(payload["plan"]))


def _rulings(payload: Payload) -> str:
    return "; ".join(
        f"[bold]{item['ruling']}[/] by rule {escape(item['rule'])}: {escape(item['reason'])}"
        f"{escape(telling_rulings.in_short(item.get('risk')))}"
        for item in payload["rulings"]
    )


def _evidence(payload: Payload) -> str:
    item = payload["evidence"]
    return f"[dim]finds[/] {escape(item['id'])}: {escape(item['summary'])}"


def _withheld(payload: Payload) -> str:
    told = ". ".join(filter(None, (payload["reason"], payload["recommendation"])))
    return f"[yellow]no plan[/]: {escape(told)}"


def _judged(payload: Payload) -> str:
    said, named = payload["verdict"], payload["actual"]
    place = "/".join(part for part in named["object"].values() if part) if named else ""
    actual = f", actually {named['fault_class']} of {escape(place)}" if named else ""
    note = f": {escape(said['note'])}" if said["note"] else ""
    return f"judges the cause [bold]{said['judgement']}[/]{actual}{note}"


def _reinvestigated(payload: Payload) -> str:
    hint = payload["hint"]
    place = _place(hint["object"]) if hint["object"] else ""
    wanted = (place, hint["fault_class"], hint["specialist"])
    look = ", ".join(part for part in wanted if part)
    told = f" (look first: {escape(look)})" if look else ""
    asked = payload.get("action")
    call = f" asks for {_written(asked['call'])}," if asked else ""
    return f"[bold]run {payload['run']}[/]:{call} {escape(payload['reason'])}{told}"


def _written(call: Payload) -> str:
    arguments = ", ".join(f"{key}={value}" for key, value in call["arguments"].items())
    return escape(f"{call['tool']}({arguments})")


def _dismissed(payload: Payload) -> str:
    cause = payload["dismissal"]
    place = escape(_place(cause["object"]))
    return f"dismisses {cause['fault_class']} of {place}: {escape(payload['reason'])}"


def _place(ref: Payload) -> str:
    return "/".join(part for part in (ref["kind"], ref["namespace"], ref["name"]) if part)


def _finished(payload: Payload) -> str:
    result = payload["result"]
    colour = "green" if result == "resolved" else "red"
    return f"[{colour}]{result}[/]: {escape(payload['reason'])}"


def _action_finished(payload: Payload) -> str:
    return f"{payload['status']}, {payload['outcome']}: {escape(str(payload['detail']))}"


def _with_reason(deed: str) -> Callable[[Payload], str]:
    def tell(payload: Payload) -> str:
        return f"{deed}: {escape(payload['reason'])}" if payload["reason"] else deed

    return tell


def _plain(template: str) -> Callable[[Payload], str]:
    def tell(payload: Payload) -> str:
        return template.format_map(
            {key: escape(str(value)) for key, value in payload.items()} | {"": ""}
        )

    return tell


_TELLERS: dict[str, Callable[[Payload], str]] = {
    "incident_opened": lambda payload: f"[bold]opened[/]: {escape(str(payload.get('title', '')))}",
    "alert_received": _alert,
    "alert_resolved": lambda payload: (
        f"alert over: {escape(str((payload.get('alert') or payload).get('name', '')))}"
    ),
    "run_failed": _plain("[red]the run failed[/]: {reason}"),
    "specialists_selected": lambda payload: (
        "sends " + ", ".join(escape(item["specialist"]) for item in payload["selected"])
    ),
    "tool_called": _call,
    "evidence_added": _evidence,
    "specialist_failed": _plain("[yellow]could not see anything[/]: {reason}"),
    "causes_ranked": _causes,
    "model_questions": _inquiry,
    "model_opinion": _opinion,
    "model_choice": _choice,
    "model_summary": _summary,
    "plan_proposed": _plan,
    "plan_withheld": _withheld,
    "policy_ruled": _rulings,
    "approval_requested": consent.requested,
    "approval_given": consent.given,
    "approval_decided": consent.decided,
    "approval_voided": consent.voided,
    "grant_minted": lambda payload: (
        f"grant {escape(str(payload.get('grant_id') or payload.get('id')))}"
    ),
    "grant_renewed": _plain("grant {grant_id} expired unused, and is good for longer"),
    "grant_refused": _plain("[red]no grant[/]: {reason}"),
    "braked": _plain("[yellow]not now[/]: {reason}"),
    "action_started": _plain("acts on {target} with grant {grant_id}"),
    "action_finished": _action_finished,
    "verification_sampled": lambda payload: f"[dim]looks again[/]: {escape(payload['reason'])}",
    "verification_finished": _finished,
    "verdict_given": _judged,
    "reopened": _plain("[bold]reopened[/]: {reason}"),
    "reinvestigated": _reinvestigated,
    "cancelled": _plain("[bold]cancelled[/]: {reason}"),
    "paused": _with_reason("[bold]paused[/]"),
    "resumed": _with_reason("[bold]resumed[/]"),
    "cause_dismissed": _dismissed,
    "acknowledged": _plain("has seen it"),
    "assigned": _plain("assigns it to [bold]{to}[/]"),
    "commented": _plain("says: {text}"),
    "undo_verified": _plain("what was taken back: {result}: {reason}"),
    "tied": _plain("incident {incident_id} may be an action's doing: {reason}"),
    "split": _plain("alerts go from {incident_id} to {into}: {reason}"),
    "merged": _plain("joins incident {into}: {reason}"),
    "escalated": _plain("[bold red]escalated[/]: {reason}"),
    "report_written": _plain("report: {place}"),
    "status_changed": _plain("[dim]{from} → {to}[/]"),
}
