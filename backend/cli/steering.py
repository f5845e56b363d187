"""Commands that steer an incident: stop it, hold it, look anew, say what you know of it."""

import json
from typing import Annotated, Any

import typer

from backend.cli.incidents import IncidentId
from backend.cli.plain import escape
from backend.cli.session import client, console
from sre_agent.domain.errors import PermanentError

Why = Annotated[str, typer.Option(help="Why; it is kept and told.", prompt=True)]
MaybeWhy = Annotated[str, typer.Option(help="Why; it is kept and told.")]


def cancel(incident_id: IncidentId, reason: Why) -> None:
    """End an incident; a write that was begun is settled first."""
    _step(incident_id, "cancel", {"reason": reason})


def pause(incident_id: IncidentId, reason: MaybeWhy = "") -> None:
    """Hold an incident: nothing goes on and nothing is written until it is resumed."""
    _step(incident_id, "pause", {"reason": reason})


def resume(incident_id: IncidentId, reason: MaybeWhy = "") -> None:
    """Let an incident go on from where it was held."""
    _step(incident_id, "resume", {"reason": reason})


def reinvestigate(
    incident_id: IncidentId,
    hint: Annotated[str, typer.Option(help="What people should know; it proves nothing.")] = "",
    about: Annotated[
        str | None, typer.Option("--object", help="Look here first: Kind/namespace/name.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="Look at this service first.")] = None,
    fault_class: Annotated[
        str | None, typer.Option(help="Look for this kind of fault first.")
    ] = None,
    specialist: Annotated[str | None, typer.Option(help="Send this specialist first.")] = None,
) -> None:
    """Investigate an incident anew, open or ended, with a hint where to look."""
    wanted = {
        "hint": hint,
        "object": about,
        "service": service,
        "fault_class": fault_class,
        "specialist": specialist,
    }
    body = {name: value for name, value in wanted.items() if value}
    _step(incident_id, "reinvestigate", body)


def act(
    incident_id: IncidentId,
    tool: Annotated[
        str, typer.Argument(help="An action of the catalogue, such as scale_workload.")
    ],
    arguments: Annotated[
        list[str],
        typer.Argument(metavar="KEY=VALUE", help="The tool's own; a value is JSON or a text."),
    ],
    reason: Why,
    server: Annotated[str, typer.Option(help="Whose tool it is.")] = "kubernetes",
) -> None:
    """Ask for one action on an incident: it is rehearsed, ruled on and approved like any other."""
    body = {"server": server, "tool": tool, "arguments": _read(arguments), "reason": reason}
    _step(incident_id, "actions", body)
    console.print(f"its plan comes within a minute: sre-agent watch {escape(incident_id)}")


def _read(arguments: list[str]) -> dict[str, Any]:
    """Return arguments written KEY=VALUE; what is no JSON is a text, as is JSON's own text.

    Raises:
        PermanentError: One is written otherwise, or twice.
    """
    found: dict[str, Any] = {}
    for item in arguments:
        name, is_given, value = item.partition("=")
        if not is_given or not name or name in found:
            raise PermanentError(
                f"{item!r} is not KEY=VALUE, or is there twice: replicas=3, name=web, "
                "a text that looks like a number as value='\"8080\"'"
            )
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def dismiss(
    incident_id: IncidentId,
    fault_class: Annotated[str, typer.Argument(help="The kind of fault it is not.")],
    about: Annotated[str, typer.Argument(metavar="OBJECT", help="Kind/namespace/name.")],
    reason: Why,
) -> None:
    """Take a cause out of the decision; a plan for it that waits is withdrawn."""
    body = {"object": about, "fault_class": fault_class, "reason": reason}
    _step(incident_id, "dismiss", body)


def acknowledge(incident_id: IncidentId) -> None:
    """Say that you have seen an incident."""
    _step(incident_id, "acknowledge", {})


def assign(
    incident_id: IncidentId, to: Annotated[str, typer.Argument(help="Whose it is from now on.")]
) -> None:
    """Say whose an incident is from now on."""
    _step(incident_id, "assign", {"to": to})


def comment(
    incident_id: IncidentId, text: Annotated[str, typer.Argument(help="What others should read.")]
) -> None:
    """Say something about an incident."""
    _step(incident_id, "comment", {"text": text})


def merge(
    incident_id: IncidentId,
    into: Annotated[str, typer.Argument(help="The open incident that it is a part of.")],
    reason: Why,
) -> None:
    """End an incident as part of another open one."""
    _step(incident_id, "merge", {"into": into, "reason": reason})


def split(
    incident_id: IncidentId,
    fingerprints: Annotated[list[str], typer.Argument(help="The alerts that go.")],
    reason: Why,
) -> None:
    """Let alerts go on in an incident of their own."""
    answer = _step(incident_id, "split", {"fingerprints": fingerprints, "reason": reason})
    console.print(f"they go on in {escape(answer['payload']['into'])}")


def _step(incident_id: str, verb: str, body: dict[str, Any]) -> Any:
    answer = client().post(f"/api/v1/incidents/{incident_id}/{verb}", body)
    held = ", paused" if answer["is_paused"] else ""
    told = f"{answer['kind'].replace('_', ' ')}: the incident is {answer['status']}{held}"
    console.print(f"{escape(told)} (run {answer['run']})")
    return answer
