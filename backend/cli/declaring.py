"""Commands about the file that says from what services are built, and who owns them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from backend.cli.plain import escape
from backend.cli.session import console, layout
from backend.cli.stack import declared, environment
from backend.plain import plain
from sre_agent.config import services as files
from sre_agent.domain.services import ALL, ServiceEntry

services = typer.Typer(
    help="From which repositories services are built, and who owns them.", no_args_is_help=True
)


@services.callback()
def _group() -> None:
    """Keep `check` a command of its own, though it is the only one."""


@services.command()
def check(file: Annotated[Path, typer.Argument(help="A file like SERVICES_FILE.")]) -> None:
    """Say whether a file of services is right, and which of its repositories nobody looks at."""
    found = files.load(file)
    for each in found:
        said = plain("; ".join(_parts(each)))
        console.print(f"{escape(plain(each.service))}: {escape(said)}", soft_wrap=True)
    for told in declared.strangers(found, environment.read(layout().env_file)):
        console.print(f"[yellow]note:[/] {escape(plain(told))}", soft_wrap=True)
    console.print(f"{len(found)} entries are right")


def _parts(entry: ServiceEntry) -> Iterator[str]:
    places = (("clusters", entry.clusters), ("namespaces", entry.namespaces))
    yield from (f"{what} {', '.join(names)}" for what, names in places if names)
    if entry.repository or entry.paths:
        paths = "all of it" if ALL in entry.paths else ", ".join(entry.paths)
        where = entry.repository or "the repository that the workload names"
        yield f"built from {where}: {paths or 'folders that are called like it'}"
    if entry.owners:
        yield f"owned by {', '.join(entry.owners)}"
