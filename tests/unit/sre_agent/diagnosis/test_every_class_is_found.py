"""A class of the catalogue that nothing ever proposes would be a promise that nobody keeps."""

import ast
from collections.abc import Iterator, Sequence
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


def reached(root: Path, packages: Sequence[str]) -> set[str]:
    """Return the modules that anything of the product imports, itself aside."""
    found = set()
    for package in packages:
        for file in (root / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found |= {node.module, *(f"{node.module}.{part.name}" for part in node.names)}
    return found


def test_every_class_of_the_catalogue_is_proposed_by_some_analyzer_that_is_used() -> None:
    top = ROOT.parents[1]
    used = reached(top, ("sre_agent", "backend"))
    files = [file for name in SEEK for file in (ROOT / name).rglob("*.py")]

    found = {
        name
        for file in files
        if ".".join(file.relative_to(top).with_suffix("").parts).removesuffix(".__init__") in used
        for name in proposed(file.read_text("utf-8"))
    }

    assert {item.name for item in FaultClass} - found == set()
