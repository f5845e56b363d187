"""Feature flags that stand in files of a repository."""

import pytest

from sre_agent.diagnosis.changes import switches
from sre_agent.diagnosis.changes.switches import Switch


@pytest.mark.parametrize(
    "path",
    [
        "flags.yaml",
        "config/feature-flags.json",
        "deploy/flags/store.yaml",
        "featuretoggles.toml",
        "flagd/all.json",
    ],
)
def test_files_of_flags_are_known_by_their_names(path: str) -> None:
    assert switches.is_of_flags([path])


@pytest.mark.parametrize(
    "paths",
    [
        [],
        ["flags.yaml", "services/pay/main.py"],
        ["src/flags.py"],
        ["deploy/pay.yaml"],
        ["flagship.yaml"],
    ],
)
def test_other_files_are_none(paths: list[str]) -> None:
    assert not switches.is_of_flags(paths)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            " pay:\n-  bulk-discounts: false\n+  bulk-discounts: true\n other:\n   bulk-discounts: false",
            [Switch("bulk-discounts", "false", "true", "pay")],
            id="of a service",
        ),
        pytest.param(
            "-new_checkout = off\n+new_checkout = on",
            [Switch("new_checkout", "off", "on")],
            id="on its own",
        ),
        pytest.param(
            ' {\n   "flags": {\n     "new-pricing": {\n-      "state": "DISABLED",\n+      "state": "ENABLED",\n     }',
            [Switch("new-pricing", "DISABLED", "ENABLED", "flags")],
            id="with how it stands below its name",
        ),
        pytest.param(
            " [pay]\n-fast = false\n+fast = true",
            [Switch("fast", "false", "true", "pay")],
            id="toml",
        ),
        pytest.param(
            "+pay:\n+  fast: true", [Switch("fast", "", "true", "pay")], id="one that is new"
        ),
        pytest.param("-a: 1\n-b: 2\n+b: 2\n+a: 1", [], id="put into another order"),
    ],
)
def test_a_diff_tells_which_flag_was_switched_for_whom(rows: str, expected: list[Switch]) -> None:
    diff = f"--- a/flags.yaml\n+++ b/flags.yaml\n@@ -1,9 +1,9 @@\n{rows}"

    assert list(switches.read(diff)) == expected
