"""What the page on security names to hold an invariant is there."""

import re
from pathlib import Path

import pytest

from tests.guards.table import read

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/security.md").read_text("utf-8").splitlines()
    if re.match(r"\| \d+\. ", line)
]
GUARDS = {guard.name for guard in read(ROOT / "tests/guards/tables")}


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]).partition(".")[0])
def test_an_invariant_names_guards_and_tests_that_exist(row: list[str]) -> None:
    _, guards, tests = row
    missing = [
        test
        for test in quoted(tests)
        if f"def {test.rpartition('::')[2]}(" not in (ROOT / test.partition("::")[0]).read_text()
    ]

    assert quoted(guards)
    assert set(quoted(guards)) <= GUARDS
    assert quoted(tests)
    assert missing == []


def test_all_invariants_are_looked_at() -> None:
    assert [row[0].partition(".")[0] for row in ROWS] == [str(n) for n in range(1, 15)]
