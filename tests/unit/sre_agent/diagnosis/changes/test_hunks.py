"""A diff line by line: each with the number it has before and after."""

from sre_agent.diagnosis.changes import hunks

TWO_FILES = """--- a/one.py
+++ b/one.py
@@ -10,3 +10,4 @@ def total():
 def total():
-    return 1
+    value = 1
+    return value
 # end
--- a/old/two.py
+++ b/two.py
@@ -1,2 +1,1 @@
-import os
 import sys
@@ -20 +19 @@
---- a line that begins with dashes
++++ a line that begins with crosses"""


def test_each_line_has_its_numbers_on_both_sides() -> None:
    first, *_ = hunks.read(TWO_FILES)

    assert [(line.sign, line.before, line.after) for line in first.lines] == [
        (" ", 10, 10),
        ("-", 11, 0),
        ("+", 0, 11),
        ("+", 0, 12),
        (" ", 12, 13),
    ]
    assert first.was == (10, 12)


def test_each_hunk_knows_its_file_before_and_after() -> None:
    found = hunks.read(TWO_FILES)

    assert [(hunk.former_path, hunk.path) for hunk in found] == [
        ("one.py", "one.py"),
        ("old/two.py", "two.py"),
        ("old/two.py", "two.py"),
    ]


def test_lines_that_look_like_names_of_files_are_lines() -> None:
    *_, last = hunks.read(TWO_FILES)

    assert [line.text for line in last.lines] == [
        "--- a line that begins with dashes",
        "+++ a line that begins with crosses",
    ]


def test_a_file_that_is_new_or_gone_has_one_name() -> None:
    new = hunks.read("--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,1 @@\n+x = 1")
    gone = hunks.read("--- a/gone.py\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x = 1")

    assert (new[0].path, new[0].was, gone[0].path) == ("new.py", None, "gone.py")


def test_what_is_no_diff_has_no_hunks() -> None:
    assert hunks.read("") == ()
    assert hunks.read("some text\n+ with a cross") == ()
