"""Commands of what can go wrong: list the catalogue of faults, or explain one."""

from typing import Annotated

import typer

from backend.cli.plain import escape
from backend.cli.session import console
from sre_agent.config import loader
from sre_agent.domain.catalogue import Catalogue, Layer
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.faults import FaultClass


class UnknownFaultError(PermanentError):
    """Somebody asked for a class of fault that there is not."""


def faults(
    fault: Annotated[
        str | None, typer.Argument(help="A class of fault, such as image_not_found.")
    ] = None,
) -> None:
    """List every fault that can be named, or explain one."""
    catalogue = loader.load_catalogue()
    told = explain(catalogue, fault) if fault else listing(catalogue)
    for line in told:
        console.print(line, soft_wrap=True)


def listing(catalogue: Catalogue) -> list[str]:
    """Return the classes by layer, as lines of console markup."""
    found = list[str]()
    for layer in Layer:
        rows = [item for item, entry in catalogue.entries.items() if entry.layer is layer]
        found.append(f"[bold]{layer}[/]")
        found += [f"  {item:<32} {escape(catalogue[item].title)}" for item in rows]
    return found


def explain(catalogue: Catalogue, fault: str) -> list[str]:
    """Return what is said of one class, as lines of console markup.

    Raises:
        UnknownFaultError: There is no such class; those that sound like it are named.
    """
    if fault not in set(FaultClass):
        alike = [item for item in FaultClass if set(item.split("_")) & set(fault.split("_"))]
        hint = f"do you mean {', '.join(alike)}?" if alike else "sre-agent faults lists them all"
        raise UnknownFaultError(f"there is no fault {fault!r}: {hint}")
    entry = catalogue[FaultClass(fault)]
    found = [f"[bold]{escape(entry.title)}[/] ({fault}, {entry.layer})", escape(entry.description)]
    blocks = {
        "what one sees": entry.signs,
        "what speaks against it": entry.against,
        "told apart from": [f"{other}: {how}" for other, how in entry.told_apart.items()],
        "explains": entry.narrower_than,
        "playbook": [entry.playbook] if entry.playbook else (),
        "what to do": [
            entry.recommendation.replace("{object}", "the object").replace("{detail}", "its detail")
        ],
    }
    for name, lines in blocks.items():
        if lines:
            found.append(f"[bold]{name}[/]")
            found += [f"  {escape(line)}" for line in lines]
    return found
