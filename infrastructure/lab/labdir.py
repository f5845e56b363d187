"""Where a lab keeps its files, and how the small ones are written."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class LabDir:
    """The folder of one lab."""

    root: Path

    @property
    def record(self) -> Path:
        """What others need to use the lab; there while the lab is ready."""
        return self.root / "lab.json"

    @property
    def processes(self) -> Path:
        """The identities of the processes of the lab."""
        return self.root / "processes.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor for as long as it lives."""
        return self.root / "lock"

    @property
    def faults(self) -> Path:
        """What was broken and healed, and when, one JSON object a line."""
        return self.root / "faults.jsonl"

    @property
    def cluster(self) -> Path:
        """The state of the cluster."""
        return self.root / "cluster"

    @property
    def images(self) -> Path:
        """The image catalogue that the node reads."""
        return self.root / "images.json"

    @property
    def tokens(self) -> Path:
        """The tokens that the user chose for the cluster; without it they are made up."""
        return self.root / "tokens.json"

    @property
    def prometheus(self) -> Path:
        """Configuration and data of Prometheus."""
        return self.root / "prometheus"

    @property
    def alertmanager(self) -> Path:
        """Configuration and data of Alertmanager."""
        return self.root / "alertmanager"

    @property
    def loki(self) -> Path:
        """State of the log server."""
        return self.root / "loki"

    @property
    def forge(self) -> Path:
        """State of the forge."""
        return self.root / "forge"

    def output(self, name: str) -> Path:
        """Where a process of the lab writes what it has to say."""
        return self.root / "output" / f"{name}.log"


def write_private(path: Path, text: str) -> None:
    """Write a file in one step, for its owner's eyes only: readers see the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    scratch.replace(path)


def write_json(path: Path, document: object) -> None:
    """Write a JSON document in one step."""
    write_private(path, json.dumps(document, indent=2) + "\n")


def read_json(path: Path) -> Any:
    """Return the document in a file, or None when the file is not there or half written."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
