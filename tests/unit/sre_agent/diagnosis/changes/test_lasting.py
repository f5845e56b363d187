"""Migrations of stored data are known by their files, whichever framework runs them."""

import pytest
from changes_told import commit

from sre_agent.diagnosis.changes import hypotheses, lasting
from sre_agent.domain.faults import FaultClass


@pytest.mark.parametrize(
    "path",
    [
        "migrations/0042.sql",
        "db/migrate/20260301120000_rename_owner.rb",
        "db/post_migrate/20260301120000_fill_owner.rb",
        "db/data/20260301120000_fill_owner.rb",
        "db/schema.rb",
        "src/main/resources/db/changelog/043.xml",
        "src/main/resources/db/changelog/changes/043.yaml",
        "src/main/resources/changelog/db.changelog-1.2.yaml",
        "database/changelogs/rename.json",
        "src/main/resources/db/migration/V12__rename.sql",
        "src/main/java/shop/data/V12_1__Rename.java",
        "sql/R__views.sql",
        "shop/orders/migrations/0043_rename_owner.py",
        "alembic/versions/ae1027a6acf_rename.py",
        "prisma/migrations/20260301_rename/migration.sql",
        "db/000012_rename.up.sql",
        "priv/repo/migrations/20260301_rename.exs",
        "migrations/20260301_rename.js",
        "src/migration/1690000000-Rename.ts",
        "database/migrations/2026_03_01_rename.php",
        "src/Data/Migrations/20260301_Rename.cs",
        "drizzle/0001_rename.sql",
        "migrations/0012_ab_test.py",
    ],
)
def test_a_migration_is_known_by_its_file(path: str) -> None:
    touched = commit("a", 1, "Rename it", f"services/pay/models.go {path}")

    assert lasting.migrations(touched) == (path,)
    assert hypotheses.fault_class(commit("a", 1, "x", path)) is FaultClass.BAD_MIGRATION


@pytest.mark.parametrize(
    "path",
    [
        "services/pay/pay.go",
        "cmd/migrate/main.go",
        "changelogs/unreleased/1234-rename.yml",
        "changelog/1234.feature.md",
        "CHANGELOG.md",
        "docs/migrations/v2.md",
        "migrations/README.md",
        "migrations/env.py",
        "shop/orders/migrations/__init__.py",
        "tests/migrations/test_0043.py",
        "src/test/resources/db/migration/V12__rename.sql",
        "internal/store/queries/orders.sql",
        "internal/store/query.sql",
    ],
)
def test_what_stands_beside_migrations_is_none(path: str) -> None:
    assert lasting.migrations(commit("a", 1, "Rename it", path)) == ()


@pytest.mark.parametrize(
    "path",
    [
        "src/main/java/com/acme/migration/CustomerMigrationService.java",
        "web/src/migration/LegacyBanner.tsx",
        "content/migration/guide.mdx",
        "db/data/cities.json",
        "deploy/migrations/job.yaml",
        "apps/liquibase/Dockerfile",
        "src/migrations/README",
    ],
)
def test_what_is_only_called_so_is_none(path: str) -> None:
    assert lasting.migrations(commit("a", 1, "x", path)) == ()


ASKS = "@@ -1 +1 @@\n-SELECT id FROM orders\n+SELECT id, created_at FROM orders"
CHANGES = "@@ -0,0 +1 @@\n+ALTER TABLE orders ADD COLUMN region text;"


@pytest.mark.parametrize(
    ("path", "diff", "is_one"),
    [
        ("app/sql/orders.sql", ASKS, False),
        ("dbt/models/marts/orders.sql", ASKS, False),
        ("app/sql/orders.sql", CHANGES, True),
        ("app/sql/orders.sql", "", True),
        ("migrations/0042.sql", ASKS, True),
    ],
)
def test_a_file_of_sql_elsewhere_is_one_by_what_it_does(
    path: str, diff: str, *, is_one: bool
) -> None:
    assert bool(lasting.migrations(commit("a", 1, "x", path, diff))) is is_one


def test_a_migration_that_was_taken_away_did_nothing() -> None:
    gone = "--- a/migrations/0041.sql\n+++ /dev/null\n@@ -1 +0,0 @@\n-SELECT 1;"
    kept = "--- /dev/null\n+++ b/migrations/0042.sql\n@@ -0,0 +1 @@\n+SELECT 1;"
    paths = "migrations/0041.sql migrations/0042.sql"

    touched = commit("a", 1, "Squash them", paths, f"{gone}\n{kept}")

    assert lasting.migrations(touched) == ("migrations/0042.sql",)


@pytest.mark.parametrize(
    ("paths", "is_alone"),
    [
        ("services/pay/pay.go services/pay/pay_test.go", True),
        ("services/pay/pay.go deploy/pay/values.yaml", False),
        ("services/pay/pay.go migrations/0042.sql", False),
        ("", False),
    ],
)
def test_what_is_in_the_program_alone_goes_with_it(paths: str, is_alone: bool) -> None:
    assert lasting.is_in_program_alone(commit("a", 1, "x", paths)) is is_alone
