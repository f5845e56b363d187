"""Examples of bodies and answers, kept as data beside this module: one file for each tag."""

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
    return found


def put(document: dict[str, Any]) -> None:
    """Put each example where its operation sends or answers JSON."""
    for ways in document["paths"].values():
        for operation in ways.values():
            example = known().get(operation["operationId"], {})
            if "body" in example:
                content = operation["requestBody"]["content"]
                content["application/json"]["example"] = example["body"]
            if "answer" in example:
                _answer(operation)["example"] = example["answer"]


def _answer(operation: dict[str, Any]) -> dict[str, Any]:
    [content] = [
        answer["content"]
        for status, answer in operation["responses"].items()
        if status.startswith("2") and "content" in answer
    ]
    media: dict[str, Any] = next(iter(content.values()))
    return media
