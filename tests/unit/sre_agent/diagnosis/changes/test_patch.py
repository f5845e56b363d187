"""A patch is what is gone and new for good."""

import pytest

from sre_agent.diagnosis.changes import patch


@pytest.mark.parametrize(
    ("diff", "before", "after"),
    [
        ("-  ttl: 300s\n+  ttl: 3s", 300.0, 3.0),
        ("-\twait(5 * time.Second)\n+\twait(250 * time.Millisecond)", 5.0, 0.25),
        ("-pool_size = 40\n+pool_size = 4", 40.0, 4.0),
        ("-  cpu: 500m\n+  cpu: 2", 0.5, 2.0),
        ("-  memory: 512Mi\n+  memory: 1Gi", 512 * 1024.0**2, 1024.0**3),
        ("-  memory: 512M\n+  memory: 1G", 512e6, 1e9),
        ("-  max_heap: 2g\n+  max_heap: 512m", 2e9, 512e6),
    ],
)
def test_quantities_are_compared_in_one_unit(diff: str, before: float, after: float) -> None:
    (change,) = set(patch.read(diff).numbers.values())

    assert change == (before, after)


def test_a_helper_that_takes_over_is_a_rearrangement() -> None:
    found = patch.read(
        '-\tif weight < 5 {\n-\t\treturn tooLight("weight")\n-\t}\n+\treturn atLeast("weight", weight, 5)'
    )

    assert found.is_rearranged


@pytest.mark.parametrize(
    "diff",
    [
        '-\tname := "owner"\n+\tname := "holder"',
        "-  level: info\n+  level: debug",
        "-\tfor i := 0; i < n; i++ {\n+\tfor i := 0; i <= n; i++ {",
        "-\tstrict(true)\n+\tstrict(false)",
        "-\tmu.Lock()",
        "-    transfer(source, target)\n+    transfer(target, source)",
        "-    return a - b\n+    return b - a",
        "-    return total()\n+    return total",
        "-        commit(session)\n+    commit(session)",
    ],
)
def test_another_literal_setting_or_operator_is_no_rearrangement(diff: str) -> None:
    assert not patch.read(diff).is_rearranged


def test_lines_that_were_moved_are_a_rearrangement() -> None:
    assert patch.read("-\tb := 2\n \tc()\n+\tb := 2").is_rearranged


def test_a_guard_that_is_taken_away_is_a_lost_condition() -> None:
    found = patch.read("-\tif v == nil {\n-\t\treturn 0\n-\t}\n \treturn v.Cents")

    assert found.lost_conditions == 1


def test_the_value_of_a_variable_is_read_with_its_name() -> None:
    rows = (
        " env:\n - name: PEER\n-  value: 'one:80'\n+  value: 'two:80'\n"
        "+- name: CALL_TIMEOUT_SECONDS\n+  value: '0.5'\n - name: PORT\n   value: '80'"
    )

    found = patch.read(f"@@ -1,9 +1,9 @@\n{rows}")

    assert found.removed == ("PEER: 'one:80'",)
    assert found.added == (
        "PEER: 'two:80'",
        "- name: CALL_TIMEOUT_SECONDS",
        "CALL_TIMEOUT_SECONDS: '0.5'",
    )
    assert found.kept[-1] == "PORT: '80'"


def test_a_value_whose_name_is_not_told_stays_as_it_is() -> None:
    found = patch.read("@@ -1 +1 @@\n - name: PEER\n@@ -9 +9 @@\n+  value: 'two:80'")

    assert found.added == ("  value: 'two:80'",)


@pytest.mark.parametrize(
    ("rows", "removed", "added"),
    [
        ("---i;\n+++i;", ("--i;",), ("++i;",)),
        ("--- DROP TABLE x;\n+ALTER TABLE x;", (), ("ALTER TABLE x;",)),
        ("---verbose\n+--quiet", ("--verbose",), ("--quiet",)),
        ("-a\n+b\n\\ No newline at end of file", ("a",), ("b",)),
        ('-u = "http://a"\n+u = "http://a/b # c"', ('u = "http://a"',), ('u = "http://a/b # c"',)),
        ("-u = 1  # don't\n+u = 2 // so", ("u = 1",), ("u = 2",)),
        ("-#define MOST 100\n+#define MOST 1", ("#define MOST 100",), ("#define MOST 1",)),
    ],
)
def test_lines_that_look_like_names_or_comments_are_lines(
    rows: str, removed: tuple[str, ...], added: tuple[str, ...]
) -> None:
    found = patch.read(f"--- a/x.c\n+++ b/x.c\n@@ -1,1 +1,1 @@\n{rows}")

    assert (found.removed, found.added) == (removed, added)
    assert found.kept == ()
