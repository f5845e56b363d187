"""Commands about incidents: list, look, follow, decide."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from backend.actors import Role
from backend.cli import consent, model_use, telling
from backend.cli.client import Client
from backend.cli.moments import second
from backend.cli.plain import escape
from backend.cli.session import client, console
from sre_agent.domain.errors import PermanentError

IncidentId = Annotated[
    str, typer.Argument(help="The incident's id, as `sre-agent incidents` shows it.")
]

_PIPED_COLUMNS = 1000
"""Wide enough for every row in one line: where no one looks, a line is a record."""


def incidents(
    status: Annotated[str | None, typer.Option(help="Only those in this status.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 20,
) -> None:
    """List incidents, newest first."""
    wanted: dict[str, str | int] = {"limit": limit}
    if status:
        wanted["status"] = status
    table = Table(box=None, pad_edge=False)
    for name in ("id", "opened", "status", "service", "cause", "title"):
        # An id is copied whole; the rest may go on in the next line.
        table.add_column(name, overflow="fold", no_wrap=name == "id")
    for row in client().get("/api/v1/incidents", **wanted)["incidents"]:
        cause = row["top_cause"]
        told = f"{cause['fault_class']} of {cause['object']['name']}" if cause else ""
        service = f"{row['namespace']}/{row['service']}"
        cells = (row["id"], second(row["opened_at"]), row["status"], service, told, row["title"])
        table.add_row(*(escape(cell) for cell in cells))
    is_seen = console.is_terminal
    where = console if is_seen else Console(file=console.file, width=_PIPED_COLUMNS)
    where.print(table)


def show(incident_id: IncidentId) -> None:
    """Show an incident: its causes, its plan, and its report when there is one."""
    api = client()
    row = api.get(f"/api/v1/incidents/{incident_id}")
    console.print(f"[bold]{escape(row['title'])}[/]  {row['status']}, severity {row['severity']}")
    for told in _standing(row):
        console.print(told)
    shown = (
        event
        for event in api.events(incident_id)
        if event["kind"] not in {"tool_called", "evidence_added"} or _is_memory(event)
    )
    for told in telling.lines(shown):
        console.print(told, soft_wrap=True)
    for told in (*model_use.lines(row["model_use"]), *model_use.budget(row)):
        console.print(told, soft_wrap=True)
    waiting = row["approval"]
    if not waiting or waiting["status"] != "open":
        return
    if row["is_paused"]:
        console.print(
            "\nIt is [bold yellow]paused[/]: nothing is done about its plan until "
            f"[bold]sre-agent resume {escape(incident_id)}[/]"
        )
    else:
        brakes = api.get(f"/api/v1/incidents/{incident_id}/plan")["held_by"]
        for told in (*consent.standing(waiting), *consent.held(brakes)):
            console.print(told, soft_wrap=True)
        console.print(
            f"\nIt waits for you: [bold]sre-agent approve {incident_id}[/] or "
            f"[bold]sre-agent reject {incident_id} --reason ...[/]"
        )


def _standing(row: dict[str, Any]) -> Iterator[str]:
    """Yield what people have made of the incident."""
    if row["run"] > 1:
        yield f"run {row['run']}"
    if row["is_paused"]:
        yield f"[bold yellow]paused[/]: sre-agent resume {escape(row['id'])} lets it go on"
    if row["caused_by_incident"]:
        cause = escape(row["caused_by_incident"])
        yield f"maybe caused by action {escape(row['caused_by_action'])} of {cause}"
    if row["acknowledged_by"]:
        yield f"seen by {escape(row['acknowledged_by'])}"
    if row["assigned_to"]:
        yield f"assigned to {escape(row['assigned_to'])}"


def _is_memory(event: dict[str, Any]) -> bool:
    """Return whether the event is what memory brought: one line, which people want to know."""
    return bool(event["kind"] == "evidence_added" and event["actor"] == "memory")


def watch(incident_id: IncidentId) -> None:
    """Follow an incident live until its report is written."""
    for event in client().follow(incident_id):
        told = telling.line(event)
        if told is not None:
            console.print(told, soft_wrap=True)


def approve(
    incident_id: IncidentId,
    comment: Annotated[str, typer.Option(help="Kept with the decision.")] = "",
    plan: Annotated[
        str | None,
        typer.Option(help="Approve without asking, if the plan that waits has this hash."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ACTION",
            help="Leave this action out, and what depends on it; may be given several times.",
        ),
    ] = None,
) -> None:
    """Show the plan that waits and approve exactly what was shown."""
    api = client()
    left_out = without or []
    if plan is None:
        _refuse_lesser(api)
        shown = api.get(f"/api/v1/incidents/{incident_id}/plan")
        if shown["plan"] is None:
            raise PermanentError("there is no plan to approve: sre-agent show " + incident_id)
        _refuse_closed(shown["approval"], incident_id)
        for told in telling.plan(shown["plan"]):
            console.print(told, soft_wrap=True)
        plan = str(shown["plan_sha256"])
        console.print(f"[dim]plan {plan}[/]")
        for told in (*consent.standing(shown["approval"]), *consent.held(shown["held_by"])):
            console.print(told, soft_wrap=True)
        gone = consent.left_out(shown["plan"], left_out)
        but = f" without {', '.join(gone)}" if gone else ""
        typer.confirm(f"Approve exactly this{but}?", abort=True)
    body = {"comment": comment, "plan_sha256": plan, "without": left_out}
    decision = api.post(f"/api/v1/incidents/{incident_id}/approve", body)
    for told in consent.answered(decision):
        console.print(told, soft_wrap=True)


def reject(
    incident_id: IncidentId,
    reason: Annotated[
        str | None, typer.Option(help="Why; it is kept and told. Asked for when not given.")
    ] = None,
) -> None:
    """Reject the plan that waits; the incident goes to people."""
    api = client()
    if reason is None:
        _refuse_lesser(api)
        _refuse_closed(api.get(f"/api/v1/incidents/{incident_id}/plan")["approval"], incident_id)
        reason = typer.prompt("Reason")
    decision = api.post(f"/api/v1/incidents/{incident_id}/reject", {"reason": reason})
    console.print(f"{decision['verdict']} by {escape(decision['actor'])}")


def _refuse_lesser(api: Client) -> None:
    """Refuse before anyone reads or types: who may not decide is told so first."""
    me = api.get("/api/v1/auth/me")
    if not Role(me["role"]).includes(Role.APPROVER):
        raise PermanentError(
            f"{me['name']} is a {me['role']}, and plans are decided on by an approver: "
            "ask one, or set SRE_AGENT_TOKEN to the token of one"
        )


def _refuse_closed(approval: dict[str, Any] | None, incident_id: str) -> None:
    """Refuse before anyone reads or types: what does not wait cannot be decided."""
    if approval is None:
        raise PermanentError("no plan waits for a decision: sre-agent show " + incident_id)
    if approval["status"] == "open":
        return
    who = f" by {approval['decided_by']}" if approval["decided_by"] else ""
    why = f" ({approval['reason']})" if approval["reason"] else ""
    raise PermanentError(
        f"no plan waits for a decision, this one is {approval['status']}{who}{why}: "
        f"sre-agent show {incident_id}"
    )


def trigger(
    namespace: Annotated[str, typer.Argument(help="The namespace of the service.")],
    service: Annotated[str, typer.Argument(help="The service to look at.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "asked from the command line",
    cluster: Annotated[str | None, typer.Option(help="Another cluster than the own one.")] = None,
) -> None:
    """Look at a service without an alert."""
    body = {"namespace": namespace, "service": service, "reason": reason, "cluster": cluster}
    answer = client().post("/api/v1/trigger", body)
    told = "opened" if answer["opened"] else "is looked at already by"
    console.print(f"{told} {answer['incident_id']}")


def report(incident_id: IncidentId) -> None:
    """Print the report of an incident."""
    console.print(client().text(f"/api/v1/incidents/{incident_id}/report"), markup=False)
