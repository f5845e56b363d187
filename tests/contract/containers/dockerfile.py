"""A Dockerfile as data: its stages, what each copies, installs and runs."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stack_file import ROOT

FOLDER = ROOT / "infrastructure/docker"
_KNOWN = {"FROM", "ARG", "COPY", "RUN", "ENV", "USER", "WORKDIR", "CMD"}
"""Instructions that our Dockerfiles use; another one has to be understood here first."""


@dataclass(frozen=True)
class Copy:
    """One COPY: from the build context, or from an earlier stage."""

    sources: tuple[str, ...]
    target: str
    stage: str | None


@dataclass
class Stage:
    """One stage, as far as it can be told without running it."""

    base: str
    name: str | None
    copies: list[Copy] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    user: str | None = None
    workdir: str = "/"
    command: tuple[str, ...] = ()

    @property
    def lock(self) -> str | None:
        """Return the file of requirements that the stage installs, as it is named in the context."""
        for run in self.runs:
            found = re.search(r"--require-hashes -r (\S+)", run)
            for copy in self.copies:
                if found and copy.target == found.group(1):
                    return copy.sources[0]
        return None


def read(name: str, arguments: Mapping[str, str]) -> list[Stage]:
    """Return the stages of a Dockerfile built with the arguments."""
    stages: list[Stage] = []
    for instruction, rest in instructions(name):
        text = rest
        for argument, value in arguments.items():
            text = text.replace(f"${{{argument}}}", value)
        if instruction == "FROM":
            base, _, stage = text.partition(" AS ")
            stages.append(Stage(base.strip(), stage.strip() or None))
        else:
            _apply(stages[-1], instruction, text)
    return stages


def instructions(name: str) -> list[tuple[str, str]]:
    """Return each instruction and the rest of its line, continued lines joined."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if line.strip() and not line.startswith("#"))
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        instruction, _, rest = line.partition(" ")
        assert instruction in _KNOWN, f"{name}: {instruction} is not understood here yet"
        found.append((instruction, rest.strip()))
    return found


def _apply(stage: Stage, instruction: str, rest: str) -> None:
    match instruction:
        case "COPY":
            stage.copies.append(_copy(rest, stage.workdir))
        case "RUN":
            stage.runs.append(rest)
        case "ENV":
            for part in shlex.split(rest):
                key, _, value = part.partition("=")
                stage.environment[key] = value
        case "USER":
            stage.user = rest
        case "WORKDIR":
            stage.workdir = rest
        case "CMD":
            stage.command = tuple(json.loads(rest))
        case _:  # ARG says nothing that is not in the arguments
            pass


def _copy(rest: str, workdir: str) -> Copy:
    words = rest.split()
    options = [word for word in words if word.startswith("--")]
    *sources, target = [word for word in words if not word.startswith("--")]
    stage = next((o.partition("=")[2] for o in options if o.startswith("--from=")), None)
    place = target if target.startswith("/") else f"{workdir.rstrip('/')}/{target}"
    return Copy(tuple(sources), place, stage)


@dataclass(frozen=True)
class Ignored:
    """What `.dockerignore` keeps from the builder: the last line that speaks of a path decides."""

    lines: tuple[tuple[bool, re.Pattern[str]], ...]

    @classmethod
    def load(cls, file: Path = ROOT / ".dockerignore") -> "Ignored":
        """Read the file."""
        lines = []
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                pattern = line.strip().lstrip("!").strip("/")
                lines.append((not line.startswith("!"), re.compile(_translated(pattern))))
        return cls(tuple(lines))

    def __call__(self, path: str) -> bool:
        """Say whether a file, named from the context's root, is kept away."""
        parts = path.split("/")
        ancestors = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        is_ignored = False
        for ignores, pattern in self.lines:
            if any(pattern.fullmatch(each) for each in ancestors):
                is_ignored = ignores
        return is_ignored


def _translated(pattern: str) -> str:
    text = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
    return text.replace(r"\*", "[^/]*")
