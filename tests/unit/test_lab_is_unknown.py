"""The product knows no name of the lab: what it finds there it would find anywhere."""

import re
from pathlib import Path

import pytest

from infrastructure.lab import faults, world

ROOT = Path(__file__).parents[2]
PRODUCT = (
    "sre_agent",
    "mcp_servers",
    *(f"backend/{room}" for room in ("api", "db", "intake", "jobs", "notify", "signer")),
)
INNOCENT = 'sa.event.listen(engine.sync_engine, "checkout",'
"""What a connection pool calls the lending of a connection."""
FIELD_WORDS = {"memory-leak", "oom", "quota"}
"""Faults whose name is the field's own word for them."""
SUFFIXES = {".py", ".yaml", ".sql", ".md", ".mako"}


def lab_words(seed: int) -> set[str]:
    """Return the names of a lab's services, and of the faults."""
    return {*world.make(seed).services.values(), *faults.FAULTS} - FIELD_WORDS


def uses(words: set[str]) -> list[str]:
    """Return every line of the product that has one of the words as a whole word."""
    pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, sorted(words)))})(?![\w-])")
    return [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for room in PRODUCT
        for file in sorted((ROOT / room).rglob("*"))
        if file.suffix in SUFFIXES
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if pattern.search(line) and INNOCENT not in line
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_name_of_the_lab_appears_in_the_product(seed: int) -> None:
    assert uses(lab_words(seed)) == []


def test_the_search_would_find_a_name() -> None:
    assert uses({"rollback_rollout"}), "a word that is certainly there"
