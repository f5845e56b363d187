"""The table of guards keeps up with the code; that each is missed is `make test-guards`' to show."""

import re
from pathlib import Path

import pytest

from tests.guards.table import Guard, TableError, read

ROOT = Path(__file__).resolve().parents[2]
TABLES = Path(__file__).with_name("tables")
GUARDS = read(TABLES)
SECURITY = ROOT / "docs" / "security.md"


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: str(guard.name))
def test_a_guard_stands_where_the_table_says_and_has_its_test(guard: Guard) -> None:
    text = (ROOT / guard.file).read_text("utf-8")
    path, _, name = guard.test.partition("::")

    assert guard.without(text) != text
    assert f"def {name.partition('[')[0]}(" in (ROOT / path).read_text("utf-8")


def test_the_guards_of_each_invariant_are_in_the_tables() -> None:
    rows = re.findall(r"(?m)^\| \d+\. [^|]*\|([^|]*)\|", SECURITY.read_text("utf-8"))
    named = [re.findall(r"`([a-z0-9-]+)`", row) for row in rows]

    assert len(rows) >= 12
    assert all(named)
    assert {name for names in named for name in names} <= {guard.name for guard in GUARDS}


def test_a_guard_that_was_rewritten_is_told() -> None:
    with pytest.raises(TableError, match="0 times: mend the table"):
        GUARDS[0].without("nothing of the kind")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- name: x", "Field required"),
        ("[", "guards.yaml"),
        ("- nothing", "valid dictionary"),
        ("- name: x\n  name: y", "there twice"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "guards.yaml").write_text(text)

    with pytest.raises(TableError, match=said):
        read(tmp_path)


def test_a_guard_that_nobody_knows_cannot_be_asked_for() -> None:
    with pytest.raises(TableError, match="no guard is called sleep"):
        read(TABLES, ["sleep"])
