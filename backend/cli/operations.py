"""Commands that run the platform: the programs themselves, the whole stack, the lab."""

import runpy
import subprocess
from typing import Annotated

import typer

from backend.cli import first_sign_in
from backend.cli.plain import escape
from backend.cli.session import client, console, layout
from backend.cli.stack import environment, examination, lifecycle, world
from backend.db.migrations import migrate as apply_migrations
from backend.plain import plain
from backend.settings.common import CommonSettings
from sre_agent.domain.errors import PermanentError

lab = typer.Typer(help="The lab: a small real world to break and repair.", no_args_is_help=True)
audit = typer.Typer(help="The event log as evidence.", no_args_is_help=True)


def _become(module: str) -> None:
    """Run a program in this process; only now is what it needs loaded."""
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def serve() -> None:
    """Serve the API and the webhook."""
    _become("backend.bootstrap.api")


def worker() -> None:
    """Work on incidents."""
    _become("backend.bootstrap.worker")


def migrate() -> None:
    """Bring the database's schema to the newest version."""
    apply_migrations(CommonSettings.load().database_url)
    console.print("the schema is up to date")


def up(
    seed: Annotated[
        int | None, typer.Option(help="The lab's seed: other names, other fault.")
    ] = None,
) -> None:
    """Start everything: the platform, and a lab unless .env names real systems."""
    place = layout()
    stack = lifecycle.up(place, console.print, seed=seed)
    watched = "the lab" if stack.is_lab else "the systems named in .env"
    served = "war room" if stack.has_pages else "API"
    console.print(f"\n[bold]Up.[/] It watches {watched}; the {served} is at [bold]{stack.url}[/]")
    shown = first_sign_in.ensure(first_sign_in.of_checkout(place))
    if shown is not None:
        first_sign_in.show(shown)
    console.print(
        "  make demo BY_HAND=1   break something, decide in the war room, see it repaired"
    )
    console.print("  .venv/bin/sre-agent   incidents, watch, approve, reject, doctor ...")
    console.print("  ./stop.sh             stop everything")
    console.print(
        f"[dim]  settings and secrets in {escape(str(place.env_file))}, output in {escape(str(place.logs))}[/]"
    )


def down() -> None:
    """Stop everything that `up` started; what was stored stays."""
    console.print("stopped" if lifecycle.down(layout()) else "nothing was running")


def doctor() -> None:
    """Check every part and say how to mend what is ill."""
    place = layout()
    found = examination.examine(place)
    for item in found:
        mark = "[green]ok[/]  " if item.fault is None else "[red]ill[/] "
        console.print(f"{mark} {item.part:<20} {escape(plain(item.fault or ''))}".rstrip())
        if item.mend is not None:
            console.print(f"     {'':<20} [bold]mend:[/] {escape(plain(item.mend))}")
    if not environment.read(place.env_file).get("ESCALATION_WEBHOOK_URL"):
        console.print(
            "[yellow]hint[/] nobody is told of escalations: set ESCALATION_WEBHOOK_URL in .env"
        )
    if any(item.fault is not None for item in found):
        raise typer.Exit(1)


@audit.command()
def verify(
    incident: Annotated[str | None, typer.Option(help="Only this incident.")] = None,
) -> None:
    """Walk the chain of every event and name the first broken link."""
    wanted = {"incident": incident} if incident else {}
    answer = client().get("/api/v1/audit/verify", **wanted)
    console.print_json(data=answer)
    if not answer["ok"]:
        raise typer.Exit(1)


@lab.command("up")
def lab_up(
    seed: Annotated[int | None, typer.Option(help="Other names, other fault.")] = None,
) -> None:
    """Start the lab for the platform of this checkout."""
    place = layout()
    running = lifecycle.record(place)
    if running is None:
        raise PermanentError("start the platform first, the lab sends its alerts there: ./start.sh")
    if world.is_real(environment.read(place.env_file)):
        raise PermanentError(".env names real systems: the lab would be watched by nobody")
    lifecycle.up(place, console.print, seed=seed)
    console.print("the lab is up, and watched")


@lab.command("down")
def lab_down() -> None:
    """Stop the lab."""
    _run_lab("down")


@lab.command("status")
def lab_status() -> None:
    """Show what runs in the lab."""
    _run_lab("status")


@lab.command("break")
def lab_break(name: Annotated[str, typer.Argument(help="The fault, such as bad-release.")]) -> None:
    """Inject a fault, for real."""
    _run_lab("break", name)


@lab.command("heal")
def lab_heal() -> None:
    """Put everything in the lab back as it was declared."""
    _run_lab("heal")


@lab.command("commits")
def lab_commits() -> None:
    """Show what main still holds of the commits of the last fault."""
    _run_lab("commits")


def _run_lab(*arguments: str) -> None:
    place = layout()
    done = subprocess.run(  # noqa: S603 - our own program
        world.lab_command(place, *arguments), cwd=place.root, check=False
    )
    if done.returncode != 0:
        raise typer.Exit(done.returncode)
