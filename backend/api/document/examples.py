"""Examples of bodies and answers, kept as data beside this module: one file for each tag."""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import yaml

_FOLDER = "examples"


@cache
def known() -> dict[str, dict[str, Any]]:
    """Return the examples by operation: `body` is what is sent, `answer` what comes back."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(resources.files(__package__).joinpath(_FOLDER).iterdir(), key=str):
        found |= yaml.safe_load(file.read_text(encoding="utf-8"))
    # What begins so is a part that several examples of a file share.
    return {name: example for name, example in found.items() if not name.startswith("_")}


def put(document: dict[str, Any]) -> None:
    """Put each example where its operation sends or answers JSON."""
    for ways in document["paths"].values():
        for operation in ways.values():
            example = known().get(operation["operationId"], {})
            if "body" in example:
                content = operation["requestBody"]["content"]
                content["application/json"]["example"] = example["body"]
            for media in _answers(operation) if "answer" in example else ():
                media["example"] = example["answer"]


def _answers(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield from answer.get("content", {}).values()
