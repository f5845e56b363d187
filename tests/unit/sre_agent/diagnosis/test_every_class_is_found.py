"""A class of the catalogue that nothing ever proposes would be a promise that nobody keeps."""

import ast
from collections.abc import Iterator
from pathlib import Path

import sre_agent.diagnosis
from sre_agent.domain.faults import FaultClass

ROOT = Path(sre_agent.diagnosis.__file__).parent
SEEK = ("kubernetes", "changes", "proposing", "traces")
"""Where causes are proposed; what is beside them only judges what others proposed."""


def proposed(code: str) -> Iterator[str]:
    """Yield the classes that a module names other than to ask whether a cause is of one of them."""
    tree = ast.parse(code)
    compared = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for part in ast.walk(node)
    }
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    for node in named:
        if id(node) not in compared and ast.unparse(node.value) in {"FaultClass", "Fault"}:
            yield node.attr


def test_a_class_that_is_only_asked_for_is_not_proposed() -> None:
    asked = "cause.fault_class is FaultClass.SATURATION"

    assert not list(proposed(asked))
    assert list(proposed("Suspect(FaultClass.SATURATION, ref)")) == ["SATURATION"]


def test_every_class_of_the_catalogue_is_proposed_by_some_analyzer() -> None:
    paths = [ROOT / name for name in SEEK]
    files = [file for path in paths for file in path.rglob("*.py")]

    found = {name for file in files for name in proposed(file.read_text("utf-8"))}

    assert sorted({item.name for item in FaultClass} - found) == []
