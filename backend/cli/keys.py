"""Commands for the signing keys of this checkout."""

from typing import Annotated

import typer

from backend.cli.plain import escape
from backend.cli.session import console, layout
from backend.cli.stack import signing

keys = typer.Typer(help="The keys that sign grants.", no_args_is_help=True)


@keys.command("list")
def list_keys() -> None:
    """Show which key signs, which come next and which only verify."""
    _show(signing.run(layout(), "keys", "list"))


@keys.command()
def rotate(
    after: Annotated[int, typer.Option(help="Seconds until the new key signs.")] = 0,
) -> None:
    """Make a new key: published at once, it signs after so many seconds; the old one verifies on."""
    _show(signing.run(layout(), "keys", "rotate", "--after", str(after)))


@keys.command()
def retire(
    *,
    key: Annotated[str, typer.Argument(help="Its id, as `list` shows it.")],
    compromised: Annotated[
        bool, typer.Option("--compromised", help="At once: unused grants are void.")
    ] = False,
) -> None:
    """Believe a key no longer and destroy it; refused while its grants may be in use."""
    _show(signing.run(layout(), "keys", "retire", key, *(["--compromised"] if compromised else [])))


def _show(said: str) -> None:
    console.print(escape(said.rstrip()), soft_wrap=True)
