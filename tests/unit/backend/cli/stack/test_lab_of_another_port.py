"""A lab that a failed start left behind serves the next start, whatever port that has."""

from collections.abc import Sequence
from pathlib import Path

from backend.cli.stack import world
from backend.cli.stack.layout import Layout

HERE, ELSEWHERE = "http://127.0.0.1:8080", "http://127.0.0.1:8090"

STAND_IN = """
import pathlib, sys
command, folder = sys.argv[1], pathlib.Path(sys.argv[3])
folder.mkdir(parents=True, exist_ok=True)
with (folder / "asked").open("a") as file:
    file.write(command + "\\n")
up = folder / "up"
if command == "up":
    up.touch()
if command == "down":
    up.unlink(missing_ok=True)
sys.exit(command == "status" and not up.exists())
"""
"""A program that is called as the lab is, and remembers what it was asked."""


def checkout(folder: Path) -> Layout:
    program = folder / "infrastructure" / "lab"
    program.mkdir(parents=True)
    (folder / "infrastructure" / "__init__.py").touch()
    (program / "__init__.py").touch()
    (program / "__main__.py").write_text(STAND_IN, encoding="utf-8")
    return Layout(folder)


def asked(layout: Layout) -> Sequence[str]:
    return (layout.lab / "asked").read_text(encoding="utf-8").split()


def test_a_lab_whose_alerts_come_here_is_left_running(tmp_path: Path) -> None:
    layout = checkout(tmp_path)
    world.lab_up(layout, HERE)

    world.lab_up(layout, HERE)

    assert asked(layout) == ["status", "up", "status"]


def test_a_lab_whose_alerts_go_elsewhere_is_started_anew(tmp_path: Path) -> None:
    layout = checkout(tmp_path)
    world.lab_up(layout, ELSEWHERE)

    world.lab_up(layout, HERE)

    assert asked(layout) == ["status", "up", "status", "down", "up"]
