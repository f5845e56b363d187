"""Playbooks of a test's own, for a platform that shall do what the shipped ones never would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

PLAYBOOK = "own-answer-to-errors"


@dataclass(frozen=True)
class Deed:
    """One call, what its undo says instead, and the Deployment; without a name the one at fault."""

    tool: str
    does: Mapping[str, object]
    undoes: Mapping[str, object]
    name: str = ""


def scaling(after: int, before: int, name: str = "") -> Deed:
    """Return the deed that scales a Deployment."""
    return Deed("scale_workload", {"replicas": after}, {"replicas": before}, name)


def setting(variable: str, after: str, before: str) -> Deed:
    """Return the deed that sets a variable of the container that has its Deployment's name."""
    which = {"container": "{object.name}", "variable": variable}
    return Deed("set_env", which | {"value": after}, which | {"value": before})


def write(folder: Path, deeds: Sequence[Deed]) -> Path:
    """Write a playbook that answers a bad release with these deeds, in order; return its folder."""
    (folder / "repairs").mkdir(parents=True)
    names = [f"own_{number}" for number in range(1, len(deeds) + 1)]
    for name, deed in zip(names, deeds, strict=True):
        (folder / "repairs" / f"{name}.yaml").write_text(yaml.safe_dump(_repair(name, deed)))
    (folder / f"{PLAYBOOK}.yaml").write_text(yaml.safe_dump(_playbook(names)))
    return folder


def _playbook(repairs: list[str]) -> dict[str, object]:
    return {
        "name": PLAYBOOK,
        "title": "Do something, whatever it is good for",
        "trigger": {"fault_classes": ["bad_release"], "alerts": [".*"], "signals": ["errors"]},
        "diagnosis": ["signals"],
        "steps": [
            {
                "name": "do it",
                "condition": "always",
                "when": "true",
                "repairs": repairs,
            },
            {"name": "hand over", "condition": "never", "when": "true", "escalate": "nothing left"},
        ],
        "verification": {"wait_s": 1},
        "escalation": {"when": "it did not help", "tell": "Look at {object.name}."},
    }


def _repair(title: str, deed: Deed) -> dict[str, object]:
    arguments = {
        "kind": "Deployment",
        "namespace": "{object.namespace}",
        "name": deed.name or "{object.name}",
    }
    repair: dict[str, object] = {
        "name": title,
        "title": "Do something to a Deployment",
        "server": "kubernetes",
        "tool": deed.tool,
        "arguments": {**arguments, **deed.does},
        "inverse": {"tool": deed.tool, "arguments": {**arguments, **deed.undoes}},
        "risk": "medium",
        "rationale": "The test wants it.",
        "min_confidence": 0.1,
    }
    target = {"kind": "Deployment", "name": deed.name}
    return repair | ({"target": target} if deed.name else {})
