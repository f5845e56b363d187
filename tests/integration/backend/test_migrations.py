"""The schema: what the migrations make is what the code believes."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from backend.db import changes, migrations
from backend.db.engine import create_engine, libpq_url, sqlalchemy_url
from backend.db.migrations import migrate
from backend.db.tables import metadata
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource


def test_the_tables_are_those_the_code_describes(database_url: str) -> None:
    engine = sa.create_engine(sqlalchemy_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: (
                    kind != "table" or not str(name).startswith("procrastinate_")
                ),
                "compare_server_default": True,
            },
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """Return the address of a database of the test's own, in which there is nothing yet."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
        yield postgres_url.replace("/sre_agent?", "/migrated?")
        connection.execute("DROP DATABASE migrated")


def test_migrating_again_and_by_several_programs_at_once_is_harmless(
    url: str, database_url: str
) -> None:
    failures: list[Exception] = []

    def run() -> None:
        try:
            migrate(url)
        except Exception as error:  # noqa: BLE001 - any failure fails the test
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    migrate(database_url)

    assert failures == []


_OLD = """
    INSERT INTO organizations (id, name, created_at) VALUES ('o', 'o', now());
    INSERT INTO clusters (org_id, id, created_at) VALUES ('o', 'c', now());
    INSERT INTO kill_switch (org_id, is_halted, actor, reason, changed_at)
        VALUES ('o', true, 'ann', 'stop', now());
    INSERT INTO incidents (id, org_id, cluster_id, namespace, service, title, severity, status,
            started_at, opened_at, last_at)
        VALUES ('i', 'o', 'c', 'n', 's', 't', 'critical', 'executing', now(), now(), now());
    INSERT INTO approvals (id, org_id, incident_id, plan_sha256, plan, rulings, status,
            requested_at, expires_at, decided_by, decided_role, channel, decided_at)
        VALUES ('a', 'o', 'i', 'h', '{}', '[]', 'approved', now(), now(), 'ann', 'approver', 'x', now());
"""


def test_an_old_database_keeps_its_stops_and_its_answers(url: str) -> None:
    migrate(url)
    _go_back(url, "0009")
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute(_OLD)

    migrate(url)

    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        stops = connection.execute("SELECT cluster_id, is_halted FROM kill_switch").fetchall()
        answers = connection.execute(
            "SELECT approval_id, person, verdict, role FROM approval_answers"
        ).fetchall()
    assert stops == [(None, True)]
    assert answers == [("a", "name:ann", "approved", "approver")]


_TOLD = Change(
    key="1",
    source=ChangeSource.GITHUB,
    kind=ChangeKind.COMMIT,
    summary="Bound it",
    at=datetime(2026, 3, 1, tzinfo=UTC),
    told_at=datetime(2026, 3, 1, tzinfo=UTC),
    commit="a" * 40,
    diff="--- a/x\n+++ b/x\n",
)
_ODD = _TOLD.model_copy(update={"key": "2", "diff": "", "before": "\0"})


async def test_changes_from_before_keep_their_diffs(url: str) -> None:
    migrate(url)
    _go_back(url, "0022")
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute(_OLD)
        for change in (_TOLD, _ODD):
            row = (change.id, change.at, change.model_dump_json())
            connection.execute(_OLD_CHANGE, row)

    migrate(url)

    engine = create_engine(url)
    async with engine.connect() as connection:
        found = [await changes.get(connection, "o", change.id) for change in (_TOLD, _ODD)]
        starts = await connection.execute(sa.text("SELECT commit_start FROM changes"))
    await engine.dispose()
    assert found == [_TOLD, _ODD]
    assert set(starts.scalars()) == {"aaaaaaa", ""}


_OLD_CHANGE = """
    INSERT INTO changes (org_id, id, cluster_id, source, kind, at, told_at, as_of, namespace,
            services, repository, content, sha256)
        VALUES ('o', %s, '', 'github', 'commit', %s, now(), now(), '', '{}', '', %s, '')
"""


def _go_back(url: str, revision: str) -> None:
    engine = sa.create_engine(sqlalchemy_url(url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        command.downgrade(config, revision)
    engine.dispose()


def test_urls_of_every_spelling_lead_to_the_same_place() -> None:
    spellings = ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d")

    assert {sqlalchemy_url(url) for url in spellings} == {"postgresql+psycopg://u@h/d"}
    assert {libpq_url(url) for url in spellings} == {"postgresql://u@h/d"}
