"""`sre-agent bench`: how good the diagnosis is on labelled incidents."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from backend.evals import fitting, measuring, table
from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.measuring import Measured
from backend.evals.suites import FOLDERS, SUITES
from sre_agent.config import calibration

ALL = "all"
WIDTH = 144
"""What the table takes; a narrower screen wraps its lines rather than its cells."""


def bench(  # noqa: PLR0913 - one for each option
    suite: Annotated[
        str, typer.Argument(metavar="SET", help=f"One of {', '.join(SUITES)}, or all.")
    ],
    data: Annotated[Path, typer.Option(help="The folder that holds the sets.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write the predictions, as JSON.")
    ] = None,
    history: Annotated[
        Path | None, typer.Option(help="A folder of labelled past incidents, laid out the same.")
    ] = None,
    rename: Annotated[
        int | None, typer.Option(help="A seed: give every name and time another value first.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
    fit: Annotated[
        bool,
        typer.Option("--fit", help="Fit the set's calibration on its tuning half, and print it."),
    ] = False,
) -> None:
    """Predict every case of a set, and print its scores where the answers are there."""
    if history is not None and not history.is_dir():
        raise UnreadableSetError(
            f"there is no folder {history}; --history names labelled incidents"
        )
    if out is not None and (out.is_dir() or not out.parent.is_dir()):
        raise UnreadableSetError(f"{out} cannot be written: name a file in a folder that exists")
    if fit:
        _fit(suite, data, history)
        return
    found = [_measure(name, data, history, rename) for name in _named(suite, data)]
    if as_json:
        typer.echo(json.dumps([_scores(item) for item in found], indent=1))
    else:
        console = Console()
        Console(width=max(console.width, WIDTH)).print(table.tables(found))
    if out:
        _write(out, found)


def _fit(suite: str, data: Path, history: Path | None) -> None:
    """Print the fitted numbers as the line that belongs into the shipped file."""
    for name in _named(suite, data):
        if suite == ALL and name not in fitting.CALIBRATIONS:
            continue
        fitted, numbers = fitting.fit(SUITES[name], *_folders(name, data, history))
        typer.echo(
            f"{fitted}: {{slope: {numbers.slope:.3f}, intercept: {numbers.intercept:.3f}}}"
            f"  # fitted on {name}; belongs into {calibration.FILE}"
        )


def _named(suite: str, data: Path) -> list[str]:
    if suite == ALL:
        present = [name for name in SUITES if (data / FOLDERS.get(name, name)).exists()]
        if not present:
            raise UnreadableSetError(f"{data} holds none of the sets {', '.join(SUITES)}")
        return present
    if suite not in SUITES:
        raise UnreadableSetError(f"there is no set {suite}; there are {', '.join(SUITES)}, and all")
    return [suite]


def _measure(name: str, data: Path, history: Path | None, rename: int | None) -> Measured:
    return measuring.measure(SUITES[name], *_folders(name, data, history), rename)


def _folders(name: str, data: Path, history: Path | None) -> tuple[Folder, Folder | None]:
    """Return where a set lies, and where its labelled past incidents lie if anywhere."""
    folder = FOLDERS.get(name, name)
    past = Folder(history / folder) if history and (history / folder).exists() else None
    return Folder(data / folder), past


def _write(out: Path, found: Sequence[Measured]) -> None:
    """Write the predictions: of one set as they are, of several by the name of their set."""
    many = {item.suite: dict(item.predictions) for item in found}
    content = many if len(found) > 1 else dict(found[0].predictions)
    try:
        out.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise UnreadableSetError(f"{out} cannot be written: {error}") from error


def _scores(item: Measured) -> dict[str, object]:
    return {
        "set": item.suite,
        "seconds": round(item.total_s, 3),
        "ms_per_case": round(1000 * item.case_s, 3),
        "ms_unpacking": round(1000 * item.unpacking_s, 3),
        "parts": {
            part.name: {
                "cases": part.cases,
                "coverage": part.coverage,
                "decided_right": part.decided_right,
                "calibration_error": part.calibration_error,
                **part.scores,
            }
            for part in item.parts
        },
    }
