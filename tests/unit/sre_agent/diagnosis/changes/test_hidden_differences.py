"""A line that changed and is told as if it had not proves nothing: it was masked, or the sign is not shown."""

import pytest
from changes_told import commit
from commit_story import ago, seen, verdict
from repository_seen import deployed, detail, file, head, listed

from sre_agent.diagnosis.changes import harmless, innocence
from sre_agent.domain.model import Observation
from sre_agent.testing.world import World

HIDDEN = [
    pytest.param(
        "svc/db.yaml", " db:\n-  password: [redacted]\n+  password: [redacted]", id="mask"
    ),
    pytest.param("svc/app.py", "-KEY = [REDACTED]\n+KEY = [REDACTED]", id="another mask"),
    pytest.param(
        "entrypoint.sh", "-#!/bin/sh\n-exec app\n+#!/bin/sh\n+exec app", id="ends of lines"
    ),
    pytest.param("svc/db.yaml", "-# a\n-  host: db\n+# b\n+  host: db", id="beside a comment"),
    pytest.param(
        "svc/db.yaml", "-  password: [redacted]\n-# a\n+# b\n+  password: [redacted]", id="moved"
    ),
    pytest.param(
        "svc/db.yaml", "-  password: [redacted]\n   user: a\n+  password: [redacted]", id="moved on"
    ),
    pytest.param(
        "svc/db.yaml", "-  password: [redacted]\n+  password:  [redacted]", id="and space"
    ),
]


@pytest.mark.parametrize(("path", "diff"), HIDDEN)
def test_what_was_not_told_is_no_proof(path: str, diff: str) -> None:
    found = innocence.judge(commit("a", 1, "chore", path, diff))

    assert found is None or not found.is_proven
    assert harmless.leaves_code(commit("a", 1, "chore", path, diff)) == ""


def test_lines_that_change_places_were_told() -> None:
    diff = "-import os\n-import re\n+import re\n+import os"

    assert innocence.reason(commit("a", 1, "chore", "svc/pay.py", diff)) is not None


MASKED = "@@ -1,2 +1,2 @@\n db:\n-  password: [redacted]\n+  password: [redacted]"
REFUSED = 'psycopg.OperationalError: FATAL: password authentication failed for user "ledger"'


def with_another_password(world: World, patch: str = MASKED) -> list[Observation]:
    """Return a commit that put a password in the place of another, rolled out before the failing began."""
    wrote = head("a", ago(world, 120), "Tidy settings")
    name = world.services["core"].name
    return [
        listed(wrote),
        detail(wrote, file("services/ledger/db.yaml", patch)),
        deployed("a", ago(world, 75), state="success", description=f"Roll out {name}"),
    ]


def test_another_secret_is_suspected_where_access_is_refused(world: World) -> None:
    found = verdict(world, seen(world, with_another_password(world), REFUSED))

    assert found.suspect is not None
    assert any("a secret is another" in said for said in found.suspect.speaks_for)


def test_it_is_unread_and_not_ruled_out_where_something_else_fails(world: World) -> None:
    trace = "KeyError: 'balance'"

    found = verdict(world, seen(world, with_another_password(world), trace))

    [out] = found.ruled_out
    assert "not all that it changes was told" in out.speaks_against
    assert not any("space" in said or "leads to" in said for said in out.speaks_against)


def test_a_file_that_was_written_anew_with_its_secrets_has_no_other_secret(world: World) -> None:
    rows = "-db:\n-  password: [redacted]\n+db:\n+  password: [redacted]"

    found = verdict(
        world, seen(world, with_another_password(world, f"@@ -1,2 +1,2 @@\n{rows}"), REFUSED)
    )

    assert found.suspect is None


@pytest.mark.parametrize("key", ["max_tokens", "token_ttl", "tokens_per_minute"])
def test_what_was_masked_and_lets_nobody_in_is_no_secret(world: World, key: str) -> None:
    patch = f"@@ -1,2 +1,2 @@\n db:\n-  {key}: [redacted]\n+  {key}: [redacted]"

    assert verdict(world, seen(world, with_another_password(world, patch), REFUSED)).suspect is None
