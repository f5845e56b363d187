"""A file of a stack trace says much where the lines that changed are near, and little where they are not."""

import pytest
from changes_told import commit, deploy, lines, stepped, told

from sre_agent.diagnosis.changes import judgement, scene
from sre_agent.diagnosis.changes.judgement import Judgement
from sre_agent.domain.changes import Commit

PATH = "services/pay/client.py"
GUARD = "-    if order is None:\n-        return 0\n"
HARMLESS = "+\n+def count(table):\n+    return len(table)\n"


def judged(diff: str, line: int | None, *more: Commit) -> Judgement:
    """Return the judgement of a commit that went live just before a stack trace showed a line of its file."""
    where = f", line {line}" if line else ""
    trace = f'connection refused\n  File "/app/{PATH}"{where or ", line 0"}, in connect'
    named = f"--- a/{PATH}\n+++ b/{PATH}\n{diff}" if diff else ""
    own = commit("p", 66, "Change", PATH, named)
    story = told(
        "pay",
        {("pay", "error_ratio"): stepped(0.003, 0.6)},
        lines("pay", trace),
        [own, *more],
        [deploy("p", 68, "pay")],
    )
    return judgement.judge(scene.build(story))


def rules(found: Judgement) -> set[str]:
    return {reason.rule for reason in found.charges[0].reasons}


@pytest.mark.parametrize("line", [90, 92, 100, 111])
def test_near_the_lines_that_changed_it_speaks_for_guilt(line: int) -> None:
    found = judged(f"@@ -90,1 +90,4 @@ def rows():\n     return rows\n{HARMLESS}", line)

    assert "frames.touched" in rules(found)


@pytest.mark.parametrize("line", [1, 40, 69, 114, 400])
def test_far_from_them_alone_it_blames_nobody(line: int) -> None:
    found = judged(f"@@ -90,1 +90,4 @@ def rows():\n     return rows\n{HARMLESS}", line)

    assert "frames.same_file" in rules(found)
    assert found.culprit is None


def test_one_place_of_several_is_enough() -> None:
    two = (
        f"@@ -1,1 +1,2 @@\n import os\n+import re\n@@ -90,1 +91,4 @@\n     return rows\n{HARMLESS}"
    )

    assert "frames.touched" in rules(judged(two, 95))
    assert "frames.same_file" in rules(judged(two, 50))


def test_what_is_taken_away_has_a_place_too() -> None:
    found = judged(f"@@ -40,3 +40,1 @@\n{GUARD}     return order.sum", 41)

    assert "frames.touched" in rules(found)


def test_of_a_diff_or_a_line_that_is_not_told_it_may_be_near() -> None:
    assert "frames.touched" in rules(judged("", 400))
    assert "frames.touched" in rules(judged("@@ -90,1 +90,2 @@\n a\n+b = 1", None))


def test_what_it_brought_to_another_place_of_the_file_and_fails_by_name_is_blamed() -> None:
    diff = (
        "--- a/services/pay/pricing.py\n+++ b/services/pay/pricing.py\n@@ -7,1 +7,1 @@\n"
        '-CURRENCIES = tuple(RATES)\n+CURRENCIES = (*RATES, "SEK")'
    )
    trace = "ValueError: a price in 'SEK' is negative\n  File \"/app/services/pay/pricing.py\", line 60, in convert"
    story = told(
        "pay",
        {("pay", "error_ratio"): stepped(0.003, 0.6)},
        lines("pay", trace),
        [commit("p", 66, "Sell in Sweden", "services/pay/pricing.py", diff)],
        [deploy("p", 68, "pay")],
    )

    found = judgement.judge(scene.build(story))

    assert {"words.brought", "frames.same_file"} <= rules(found)
    assert found.culprit is not None
