"""Playbooks of a test's own, for a platform that shall do what the shipped ones never would."""

from collections.abc import Sequence
from pathlib import Path

import yaml

PLAYBOOK = "own-answer-to-errors"


def write(folder: Path, scalings: Sequence[tuple[str, int, int]]) -> Path:
    """Write a playbook that answers a bad release by scaling Deployments; return its folder.

    Args:
        folder: where; made if it is not there.
        scalings: in this order, each Deployment's name and its replicas after and before;
            without a name it is the one at fault.
    """
    (folder / "repairs").mkdir(parents=True)
    for number, (name, after, before) in enumerate(scalings, start=1):
        text = yaml.safe_dump(_repair(f"scale_{number}", name, after, before))
        (folder / "repairs" / f"scale_{number}.yaml").write_text(text)
    (folder / f"{PLAYBOOK}.yaml").write_text(yaml.safe_dump(_playbook(len(scalings))))
    return folder


def _playbook(repairs: int) -> dict[str, object]:
    return {
        "name": PLAYBOOK,
        "title": "Scale something, whatever it is good for",
        "trigger": {"fault_classes": ["bad_release"], "alerts": [".*"], "signals": ["errors"]},
        "diagnosis": ["signals"],
        "steps": [
            {
                "name": "scale",
                "condition": "always",
                "when": "true",
                "repairs": [f"scale_{number}" for number in range(1, repairs + 1)],
            },
            {"name": "hand over", "condition": "never", "when": "true", "escalate": "nothing left"},
        ],
        "verification": {"wait_s": 1},
        "escalation": {"when": "it did not help", "tell": "Look at {object.name}."},
    }


def _repair(title: str, name: str, after: int, before: int) -> dict[str, object]:
    arguments = {
        "kind": "Deployment",
        "namespace": "{object.namespace}",
        "name": name or "{object.name}",
    }
    repair: dict[str, object] = {
        "name": title,
        "title": "Scale a Deployment",
        "server": "kubernetes",
        "tool": "scale_workload",
        "arguments": arguments | {"replicas": after},
        "inverse": {"tool": "scale_workload", "arguments": arguments | {"replicas": before}},
        "risk": "medium",
        "rationale": f"Scale to {after} pods.",
        "min_confidence": 0.1,
    }
    return repair | ({"target": {"kind": "Deployment", "name": name}} if name else {})
