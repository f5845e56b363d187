"""Who takes a file away, or calls it otherwise, is blamed where programs ask for it in vain."""

import pytest
from changes_told import commit, deploy, lines, stepped, told

from sre_agent.diagnosis.changes import gone_files, judgement, scene

RENAMED = (
    "diff --git a/catalog/rates.py b/catalog/tariffs.py\nsimilarity index 99%\n"
    "rename from catalog/rates.py\nrename to catalog/tariffs.py\n"
)


@pytest.mark.parametrize(
    ("diff", "named"),
    [
        (RENAMED, {"catalog.rates", "catalog/rates", "catalog/rates.py"}),
        (
            "--- a/lib/a.js\n+++ /dev/null\n@@ -1 +0,0 @@\n-x",
            {"lib.a", "lib/a", "lib/a.js"},
        ),
        ("--- a/lib/a.js\n+++ b/lib/a.js\n@@ -1 +1 @@\n-x\n+y", set()),
        ("--- /dev/null\n+++ b/lib/a.js\n@@ -0,0 +1 @@\n+y", set()),
        ("rename from rates.py\nrename to tariffs.py", {"rates.py"}),
        ("@@ -1 +1 @@\n-x\n+y", set()),
    ],
)
def test_names_of_files_that_are_gone(diff: str, named: set[str]) -> None:
    assert gone_files.names(diff) == named


@pytest.mark.parametrize(
    ("words", "is_blamed"),
    [
        ("ModuleNotFoundError: No module named 'catalog.rates'", True),
        ("Error: Cannot find module './catalog/rates'", True),
        ("open /app/catalog/rates.py: no such file or directory", True),
        ("ModuleNotFoundError: No module named 'requests'", False),
    ],
)
def test_who_renames_a_module_is_blamed_where_it_is_not_found(
    words: str, *, is_blamed: bool
) -> None:
    story = told(
        "catalog",
        {("catalog", "error_ratio"): stepped(0.003, 0.6)},
        lines("catalog", words),
        [commit("p", 66, "Call rates tariffs", "catalog/rates.py catalog/tariffs.py", RENAMED)],
        [deploy("p", 68, "catalog")],
    )

    assert (judgement.judge(scene.build(story)).culprit is not None) is is_blamed


def test_however_deep_a_path_is_its_names_are_few() -> None:
    deep = "a/" * 20_000 + "b.py"

    assert len(gone_files.names(f"--- a/{deep}\n+++ /dev/null\n@@ -1 +0,0 @@\n-x")) < 20
