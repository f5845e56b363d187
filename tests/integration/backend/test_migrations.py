"""The schema: what the migrations make is what the code believes."""

import threading

import psycopg
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from backend.db.engine import libpq_url, sqlalchemy_url
from backend.db.migrations import migrate
from backend.db.tables import metadata


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


def test_migrating_again_and_by_several_programs_at_once_is_harmless(
    postgres_url: str, database_url: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated_by_many")
    url = postgres_url.replace("/sre_agent?", "/migrated_by_many?")
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
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE migrated_by_many")

    assert failures == []


def test_urls_of_every_spelling_lead_to_the_same_place() -> None:
    spellings = ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d")

    assert {sqlalchemy_url(url) for url in spellings} == {"postgresql+psycopg://u@h/d"}
    assert {libpq_url(url) for url in spellings} == {"postgresql://u@h/d"}
