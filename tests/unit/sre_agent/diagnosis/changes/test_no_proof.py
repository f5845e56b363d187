"""A proof that a commit does no harm is never wrong: where somebody may read what changed, there is none."""

import pytest
from changes_told import deploy, lines, stepped, told
from proof_story import is_proven, of_file, wrote

from sre_agent.diagnosis.changes import harmless, innocence, judgement, scene
from sre_agent.diagnosis.changes.commits import HARMLESS

COMMENT = "-# Rates\n+# Tariffs\n import os"
MOVED = [
    pytest.param(
        "rates.py tariffs.py", of_file("a/rates.py", "b/tariffs.py", COMMENT), id="other name"
    ),
    pytest.param(
        "tariffs.py", of_file("a/rates.py", "b/tariffs.py", COMMENT), id="name before untold"
    ),
    pytest.param(
        "rates.py",
        f"diff --git a/tax.py b/duty.py\nsimilarity index 100%\nrename from tax.py\nrename to duty.py\n{of_file('a/rates.py', 'b/rates.py', COMMENT)}",
        id="beside one that was renamed",
    ),
    pytest.param(
        "json.py",
        of_file("/dev/null", "b/json.py", "+# Rates", "@@ -0,0 +1 @@"),
        id="new, and hides another",
    ),
    pytest.param(
        "rates.py", of_file("a/rates.py", "/dev/null", "-# Rates", "@@ -1 +0,0 @@"), id="gone"
    ),
    pytest.param("rates.py", "@@ -1 +0,0 @@\n-# Rates", id="empty, of a file without a name"),
    pytest.param(
        "rates.py",
        f"diff --git a/rates.py b/rates.py\nold mode 100755\nnew mode 100644\nindex 1a2b3c4..5d6e7f8\n{of_file('a/rates.py', 'b/rates.py', COMMENT)}",
        id="another mode",
    ),
    pytest.param("web/app.css", of_file("a/web/app.css", "/dev/null", "-a { }"), id="looks gone"),
    pytest.param(
        "o.py",
        of_file("a/p.py", "b/o.py", "-    self._flags = f\n+    self._marks = f"),
        id="and private names",
    ),
]


@pytest.mark.parametrize(("path", "diff"), MOVED)
def test_a_file_that_is_elsewhere_or_another_one_is_no_proof(path: str, diff: str) -> None:
    assert not is_proven(wrote(path, diff))


def test_of_a_file_that_was_renamed_nobody_says_that_only_comments_changed() -> None:
    diff = of_file("a/rates.py", "b/tariffs.py", COMMENT)

    assert innocence.judge(wrote("tariffs.py rates.py", diff)) is None


JOINED = [
    pytest.param(
        "deploy/start.sh",
        "@@ -1,3 +1,4 @@\n #!/bin/sh\n exec gunicorn app:app \\\n+  # one for each core\n   --workers 4",
        id="a comment between",
    ),
    pytest.param(
        "deploy/start.sh",
        "@@ -1,2 +1,2 @@\n-exec gunicorn app:app \\\n+exec gunicorn app:app \\ \n   --port 8080",
        id="a blank behind",
    ),
    pytest.param(
        "Dockerfile",
        "@@ -1,3 +1,3 @@\n FROM a\n-CMD gunicorn app:app \\\n+CMD gunicorn app:app \\ \n   --port 8080",
        id="a blank behind, of an image",
    ),
    pytest.param("Makefile", "@@ -1,2 +1,3 @@\n a = b \\\n+# c\n  d", id="of a Makefile"),
    pytest.param(
        "httpd.conf", "@@ -7,2 +7,3 @@\n LogFormat a \\\n+# b\n   c", id="of a configuration"
    ),
    pytest.param("httpd.conf", "@@ -7,1 +7,2 @@\n+# b\n   c", id="the line above is not told"),
    pytest.param("svc/o.py", "@@ -4,2 +4,3 @@\n x = 1 + \\\n+    # b\n     2", id="of Python"),
    pytest.param("svc/o.py", "@@ -4,1 +4,2 @@\n+    # b\n     2", id="of Python, above not told"),
    pytest.param("src/o.c", "@@ -4,2 +4,3 @@\n #define A \\\n+\n   2", id="of C"),
]


@pytest.mark.parametrize(("path", "diff"), JOINED)
def test_what_stands_between_joined_lines_is_no_proof(path: str, diff: str) -> None:
    assert not is_proven(wrote(path, diff))


OF_VALUES = [
    pytest.param("src/application.properties", "-user=orders\n+user=orders ", id="properties"),
    pytest.param("prod.env", "-URL=http://x\n+URL=http://x ", id="variables"),
    pytest.param("app.ini", "-a = b\n+a = b ", id="ini"),
    pytest.param("nginx/app.conf", " x\n-a b\n+a b ", id="conf"),
    pytest.param("data/rates.csv", "-USD,1\n+USD,1 ", id="data"),
    pytest.param("VERSION", "-1.2\n+1.2 ", id="without an ending"),
    pytest.param(
        "config/app.yaml", "-spring.user=orders\n+spring.user=orders ", id="told as another kind"
    ),
    pytest.param(
        "config/app.yaml", "   a: b\n-  some text\n+  some text \n   c: d", id="text of a document"
    ),
    pytest.param("deploy/job.yaml", " a: b\n-when: 0  5\n+when: 0 5", id="between words"),
    pytest.param("app/o.rb", " a = b\n-c = /x  y/\n+c = /x y/", id="in a pattern"),
    pytest.param("db/lock.toml", '-a = """\n+a = """ ', id="a text that goes on"),
    pytest.param("app.ini", "-; a\n+; b", id="comments of a kind that is not known"),
]


@pytest.mark.parametrize(("path", "diff"), OF_VALUES)
def test_space_is_no_proof_where_a_value_may_end_with_it(path: str, diff: str) -> None:
    assert not is_proven(wrote(path, diff))


SCRIPTS = [
    "docker/entrypoint.sh",
    "ops/run.bash",
    "bin/serve.py",
    "bin/serve",
    "docker/entrypoint.py",
    "docker-entrypoint.rb",
]


@pytest.mark.parametrize("path", SCRIPTS)
def test_a_script_may_have_lost_its_right_to_run_unless_modes_are_told(path: str) -> None:
    rows = " x = 1\n+# Starts it\n exec app"

    assert not is_proven(wrote(path, f"@@ -1,2 +1,3 @@\n{rows}"))


def test_what_begins_like_a_script_is_one() -> None:
    diff = "@@ -1,2 +1,3 @@\n #!/usr/bin/env python3\n+# Starts it\n import app"

    assert not is_proven(wrote("serve.py", diff))


def test_a_script_is_left_as_it_was_where_its_mode_is_told() -> None:
    told_mode = "diff --git a/run.sh b/run.sh\nindex 1a2b3c4..5d6e7f8 100755\n"
    rows = " #!/bin/sh\n+# Starts it\n exec app"

    assert is_proven(wrote("run.sh", told_mode + of_file("a/run.sh", "b/run.sh", rows)))


TEMPLATES = [
    pytest.param(
        "charts/shop/templates/deploy.yaml", " kind: Deployment\n+# a\n metadata:", id="a folder"
    ),
    pytest.param("charts/shop/values.yaml", " a: b\n+# {{ .Values.tls }}\n c: d", id="in a line"),
    pytest.param("roles/web.yml", ' a: "{{ b }}"\n-c: d\n+c:  d', id="of a document"),
    pytest.param("app/page.py", " a = b\n+# {% include 'c' %}\n d = e", id="in a line of code"),
    pytest.param("app/page.rb", " a = b\n+# <%= c %>\n d = e", id="of Ruby"),
    pytest.param("app/page.yaml.j2", " a: b\n+# c\n d: e", id="by its ending"),
]


@pytest.mark.parametrize(("path", "diff"), TEMPLATES)
def test_comments_of_templates_are_evaluated_and_no_proof(path: str, diff: str) -> None:
    assert not is_proven(wrote(path, diff))


MIGRATIONS = [
    "src/main/resources/db/migration/V12__accounts.sql",
    "db/V12_1__accounts.py",
    "db/migrate/20260301120000_accounts.rb",
    "ledger/migrations/0012_accounts.py",
    "db/changelog/db.changelog-1.2.yaml",
    "queries/report.sql",
]


@pytest.mark.parametrize("path", MIGRATIONS)
def test_comments_of_migrations_are_part_of_their_checksum_and_no_proof(path: str) -> None:
    diff = "@@ -1,2 +1,3 @@\n a: b\n+# Accounts\n+-- Accounts\n c: d"

    assert not is_proven(wrote(path, diff))
    assert innocence.judge(wrote(path, diff.replace("\n+-- Accounts", ""))) is None


CODE = ["o.py", "o.go", "o.java", "o.js", "o.ts", "o.yaml"]


@pytest.mark.parametrize("path", CODE)
@pytest.mark.parametrize("is_comment", [True, False])
def test_comments_and_space_stay_a_proof_in_code_and_plain_documents(
    path: str, *, is_comment: bool
) -> None:
    mark = "//" if path.endswith(("go", "java", "js", "ts")) else "#"
    rows = f"+{mark} what it is" if is_comment else "-b: 2\n+b: 2  "
    found = wrote(f"svc/{path}", f"@@ -4,3 +4,4 @@\n a: 1\n{rows}\n c: 3")

    assert is_proven(found)
    assert harmless.leaves_code(found)


def test_a_log_line_that_the_next_line_is_taken_for_more_of_is_no_proof() -> None:
    rows = '   prepare();\n+  console.log("started")\n   [first, second].forEach(run)'

    assert not is_proven(wrote("src/start.js", rows))


@pytest.mark.parametrize(
    ("words", "path", "diff"),
    [
        pytest.param(
            "ModuleNotFoundError: No module named 'catalog.rates'",
            "catalog/tariffs.py catalog/rates.py",
            of_file("a/catalog/rates.py", "b/catalog/tariffs.py", COMMENT),
            id="renamed",
        ),
        pytest.param("/entrypoint.sh: 4: --workers: not found", *JOINED[0].values, id="joined"),
        pytest.param(
            "exec /app: exec format error",
            ".github/workflows/build.yml",
            "-  platforms: linux/amd64\n+  platforms: linux/arm64",
            id="built",
        ),
    ],
)
def test_whom_nothing_proves_harmless_has_no_such_reason_held_for_it(
    words: str, path: str, diff: str
) -> None:
    story = told(
        "api",
        {("api", "error_ratio"): stepped(0.003, 0.6)},
        lines("api", words),
        [wrote(path, diff)],
        [deploy("p", 68, "api")],
    )

    [charge] = judgement.judge(scene.build(story)).charges

    assert HARMLESS not in {reason.rule for reason in charge.reasons}
