"""An image's content without an engine: what its Dockerfile copies and installs, in an empty folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import dockerfile
from dockerfile import Copy, Ignored, Stage
from stack_file import ROOT

_INSTALL_S = 600
_ITS_OWN = (
    "/opt/",
    "/app",
    "/var/lib/",
    "/requirements.lock",
    "/src",
    "/tmp/",  # noqa: S108 - a name, no place
    "/usr/local/bin",
)
"""Places that stand for the image's own when they are named in a variable or a command."""


@dataclass(frozen=True)
class Image:
    """The folder that stands for the image's root, and its last stage."""

    root: Path
    stage: Stage

    def inside(self, text: str) -> str:
        """Return a word of the image's, such as `/app/x` or `PATH`'s value, as it is called here."""
        parts = text.split(":") if "://" not in text else [text]
        return ":".join(f"{self.root}{p}" if p.startswith(_ITS_OWN) else p for p in parts)

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of a process in a container, with those that it is given."""
        named = {**self.stage.environment, **given}
        return {name: self.inside(value) for name, value in named.items()}

    def command(self, words: tuple[str, ...] | list[str]) -> list[str]:
        """Return a command of the image's; its programs are found by its own PATH."""
        found = [self.inside(word) for word in words]
        path = self.environment({})["PATH"]
        return [shutil.which(found[0], path=path) or found[0], *found[1:]]


def build(name: str, arguments: Mapping[str, str], home: Path) -> Image:
    """Do what the Dockerfile says of files and packages; nothing of the system is installed."""
    stages = dockerfile.read(name, arguments)
    roots: dict[str, Path] = {}
    root = home / "final"
    for number, stage in enumerate(stages):
        root = home / (stage.name or "final")
        root.mkdir(parents=True)
        roots[stage.name or str(number)] = root
        for copy in stage.copies:
            _copy(copy, root, roots)
        _install(stage, root)
        _run_node(stage, root)
    final = Image(root, stages[-1])
    for folder in ("tmp", "var/lib/sre-agent/key", "var/lib/sre-agent/public", "var/lib/lab"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for folder in ("halt", "incidents"):
        (root / "var/lib/sre-agent" / folder).mkdir(parents=True, exist_ok=True)
    return final


def _copy(copy: Copy, root: Path, roots: Mapping[str, Path]) -> None:
    is_ignored = Ignored.load()
    for source in copy.sources:
        begin = ROOT / source if copy.stage is None else roots[copy.stage] / source.lstrip("/")
        place = root / copy.target.lstrip("/")
        if begin.is_file():
            is_folder = copy.target.endswith("/")
            place = place / begin.name if is_folder else place
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(begin, place)
        elif copy.stage is not None:
            shutil.copytree(begin, place, symlinks=True, dirs_exist_ok=True)
        else:
            for file in begin.rglob("*"):
                if file.is_file() and not is_ignored(str(file.relative_to(ROOT))):
                    target = place / file.relative_to(begin)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(file, target)


def _install(stage: Stage, root: Path) -> None:
    """Install the lock that the stage installs, by its hashes and from wheels, as it says."""
    if not any("--require-hashes" in run for run in stage.runs):
        return
    assert stage.lock is not None, "it installs a lock that it never copied"
    venv = root / "opt/venv"
    lock = root / "requirements.lock"
    uv = str(Path(sys.executable).parent / "uv")
    _run([uv, "venv", "--quiet", "--python", sys.executable, str(venv)], root)
    rules = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(lock)]
    _run([uv, "pip", "install", "--quiet", "--python", str(venv / "bin/python"), *rules], root)


def _run_node(stage: Stage, root: Path) -> None:
    if stage.base.startswith("node:"):
        for run in stage.runs:
            _run(["sh", "-c", run], root / stage.workdir.lstrip("/"))


def _run(command: list[str], folder: Path) -> None:
    keep = {name: value for name, value in os.environ.items() if not name.startswith("VIRTUAL_ENV")}
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=_INSTALL_S,
        env=keep,
    )
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
