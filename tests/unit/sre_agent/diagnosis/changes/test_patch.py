"""A patch is what is gone and new for good."""

import pytest

from sre_agent.diagnosis.changes import patch
from sre_agent.diagnosis.changes.quantities import Turn

LESS, MORE, UNKNOWN = Turn.LESS, Turn.MORE, Turn.UNKNOWN


@pytest.mark.parametrize(
    ("before", "after", "turn"),
    [
        ("  ttl: 300s", "  ttl: 3s", LESS),
        ("  ttl: 5m", "  ttl: 30s", LESS),
        ("\twait(250 * time.Millisecond)", "\twait(5 * time.Second)", MORE),
        ("pool_size = 40", "pool_size = 4", LESS),
        ("  cpu: 500m", "  cpu: 2", MORE),
        ("  memory: 512Mi", "  memory: 1Gi", MORE),
        ("  memory: 1G", "  memory: 900M", LESS),
        ("  heap: 2g", "  heap: 512m", LESS),
        ("memcached_timeout: 2s", "memcached_timeout: 200ms", LESS),
        ("  {cpu: 500m, memory: 1Gi}", "  {cpu: 500m, memory: 128Mi}", LESS),
        ("  {cpu: 1, memory: 1Gi}", "  {cpu: 2, memory: 2Gi}", MORE),
        ("  {cpu: 1, memory: 512Mi}", "  {cpu: 2, memory: 128Mi}", UNKNOWN),
        ("  a = FromSeconds(30)", "  a = FromMilliseconds(500)", UNKNOWN),
        ("  readTimeout(30, SECONDS)", "  readTimeout(300, MILLISECONDS)", UNKNOWN),
        ("  ttl = delta(minutes=5)", "  ttl = delta(seconds=30)", UNKNOWN),
        ("  expires_in: 1.hour", "  expires_in: 10.minutes", UNKNOWN),
        ("  rate_limit: 0", "  rate_limit: 10", UNKNOWN),
        ("  max_open: -1", "  max_open: 5", UNKNOWN),
        ("  size: 10s", "  size: 1Gi", UNKNOWN),
        ("  limit: 10, burst: 5", "  limit: 5, burst: 10", UNKNOWN),
    ],
)
def test_which_way_a_quantity_went_is_known_or_not_said(
    before: str, after: str, turn: Turn
) -> None:
    found = patch.read(f"-{before}\n+{after}").turns

    assert found.get(before, UNKNOWN) is found.get(after, UNKNOWN) is turn


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
