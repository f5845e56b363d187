"""Measure everything: `python -m benchmarks [--json FILE]`."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from benchmarks import (
    deeds,
    live,
    model_path,
    orchestration,
    resident,
    rulings,
    storm,
    timeline,
    webhook,
)
from benchmarks.figure import Figure, show

_PARTS = (rulings, timeline, deeds, webhook, live, storm, orchestration, model_path, resident)


def main() -> None:
    """Run all measurements, one after another, and name the aims that are missed."""
    parser = argparse.ArgumentParser(description="Measure the platform on this machine.")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    arguments = parser.parse_args()
    console = Console(stderr=True)
    figures: list[Figure] = []
    try:
        for part in _PARTS:
            console.print(f"[dim]{part.COMMAND} ...[/]")
            figures.extend(part.run())
    finally:
        show(figures)
    if arguments.json:
        text = json.dumps([figure.as_dict() for figure in figures], indent=2)
        arguments.json.write_text(text + "\n", encoding="utf-8")
    missed = [figure.name for figure in figures if figure.is_met is False]
    for name in missed:
        console.print(f"[yellow]aim missed:[/] {name}")


if __name__ == "__main__":
    main()
