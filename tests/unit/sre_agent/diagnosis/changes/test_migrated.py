"""A change that migrated stored data says so wherever it would be taken back, by a revert or by a rollback."""

import pytest
from commit_story import PATCH, PATH, TRACE, ago, judged, seen
from repository_seen import deployed, detail, file, head, listed

from sre_agent.domain.causes import Cause
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Observation
from sre_agent.testing.world import World

SQL = "@@ -0,0 +1 @@\n+ALTER TABLE accounts RENAME COLUMN owner_ref TO owner_id;"
RUBY = "@@ -0,0 +1,3 @@\n+class Rename < ActiveRecord::Migration[7.1]\n+  def change = rename_column(:accounts, :owner_ref, :owner_id)\n+end"
XML = '@@ -0,0 +1 @@\n+<renameColumn tableName="accounts" oldColumnName="owner_ref" newColumnName="owner_id"/>'
INDEX = "@@ -0,0 +1 @@\n+CREATE INDEX by_owner ON accounts (owner_ref);"
MODEL = (
    "@@ -9 +9 @@\n-    owner_ref = Column(String)\n+    owner_id = Column(String)",
    "services/ledger/models.py",
)
SAID = 'pq: column "owner_ref" of relation "accounts" does not exist'


def blamed(world: World, *files: tuple[str, str]) -> Cause:
    """Return the best cause where a commit of these files, each a diff and a path, went live."""
    name = world.services["core"].name
    bad, base = (
        head("a", ago(world, 120), "Rename owner", parents="b"),
        head("b", ago(world, 4000)),
    )
    changed = [file(path, patch) for patch, path in files]
    deploy = deployed("a", ago(world, 75), state="success", description=f"Roll out {name}")
    return judged(
        world, seen(world, [listed(bad, base), detail(bad, *changed), deploy], SAID)
    ).causes[0]


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        (SQL, "migrations/0043.sql"),
        (RUBY, "db/migrate/20260301_rename.rb"),
        (XML, "src/main/resources/db/changelog/043.xml"),
    ],
)
def test_a_commit_that_migrates_data_and_code_names_its_migration(
    world: World, patch: str, path: str
) -> None:
    mixed, alone = blamed(world, (patch, path), MODEL), blamed(world, (patch, path))

    assert mixed.fault_class is FaultClass.BAD_RELEASE
    assert alone.fault_class is FaultClass.BAD_MIGRATION
    assert mixed.facts["migrations"] == alone.facts["migrations"] == path


def test_an_index_that_was_only_added_is_a_migration_that_ran_too(world: World) -> None:
    assert blamed(world, (INDEX, "migrations/0043.sql"), MODEL).facts["migrations"]


def test_code_alone_names_none(world: World) -> None:
    assert "migrations" not in blamed(world, MODEL).facts


def with_another(
    world: World, path: str, made_ago_s: float, live_ago_s: float | None
) -> list[Evidence]:
    """Return evidence of a guilty commit of code, and of an innocent migration that it stands on."""
    core = world.services["core"].name
    bad = head("a", ago(world, 100), "Trust what accounts hold", parents="b")
    other = head("b", ago(world, made_ago_s), "Hold more of an account", parents="c")
    lives = [("a", 75.0), *([("b", live_ago_s)] if live_ago_s else [])]
    deployments = [
        deployed(letter, ago(world, at_s), state="success", description=f"Roll out {core}")
        for letter, at_s in lives
    ]
    found: list[Observation] = [
        listed(bad, other),
        detail(bad, file(PATH, PATCH)),
        detail(other, file(path, SQL)),
        *deployments,
    ]
    return seen(world, found, TRACE)


@pytest.mark.parametrize(
    ("path", "made_ago_s", "live_ago_s", "is_crossed"),
    [
        pytest.param("migrations/0043.sql", 150, 90, True, id="deployed just before it"),
        pytest.param("migrations/0043.sql", 3700, 3600, False, id="long there"),
        pytest.param("migrations/0043.sql", 150, None, True, id="within its build"),
        pytest.param(
            "migrations/0043.sql", 9_000_000, None, False, id="older than what it returns to"
        ),
        pytest.param(
            "services/{pay}/migrations/0043.sql", 150, None, False, id="of another service"
        ),
    ],
)
def test_a_rollback_is_warned_of_migrations_that_others_brought_since(
    world: World, path: str, made_ago_s: float, live_ago_s: float | None, is_crossed: bool
) -> None:
    path = path.format(pay=world.services["pay"].name)
    evidence = with_another(world, path, made_ago_s, live_ago_s)

    cause = judged(world, evidence).causes[0]

    assert cause.facts["previous_revision"] == 1
    assert cause.fault_class is FaultClass.BAD_RELEASE
    assert cause.facts.get("migrations") == (path if is_crossed else None)
