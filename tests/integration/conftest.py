"""A real PostgreSQL for every test that wants one, empty when the test begins."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import LiteralString, Self, cast

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.engine import create_engine
from backend.db.migrations import migrate
from backend.db.tables import metadata

_numbers = itertools.count(1)


class Sweeper:
    """Empties a database between tests by one connection that stays open: a new one costs a process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url)
        self._sweep = _statements()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def sweep(self) -> None:
        """Delete all rows but the tenant's, past the triggers and foreign keys that forbid it."""
        try:
            self._run()
        except psycopg.OperationalError:  # a test ended all connections, or the server
            self._connection.close()
            self._connection = psycopg.connect(self.url)
            self._run()

    def _run(self) -> None:
        with self._connection.transaction():
            self._connection.execute(self._sweep)


def _statements() -> LiteralString:
    tables = [table.name for table in metadata.sorted_tables]
    tables += ["procrastinate_events", "procrastinate_jobs"]
    keep = {
        "organizations": "id = 'default'",
        "clusters": "org_id = 'default' AND id = 'default'",
    }
    kept = [f"DELETE FROM {name} WHERE NOT ({keep[name]})" for name in keep]  # noqa: S608 - ours
    emptied = [f"DELETE FROM {name}" for name in tables if name not in keep]  # noqa: S608 - ours
    said = [
        "SET LOCAL session_replication_role = replica",
        *emptied,
        *kept,
        "UPDATE organizations SET last_seq = DEFAULT, last_hash = DEFAULT",
    ]
    return cast("LiteralString", ";\n".join(said))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of the server's own database: of one that runs already, where a variable names it."""
    if "TEST_POSTGRES_URL" in os.environ:
        yield os.environ["TEST_POSTGRES_URL"]
        return
    home = Path(tempfile.mkdtemp(prefix="sre-test-", dir="/tmp"))
    socket_dir = Path(f"{home}-s")
    command = [sys.executable, "-m", "backend.db.embedded"]
    server = subprocess.Popen(
        [*command, "--data", str(home), "--socket-dir", str(socket_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        assert line.startswith("DATABASE_URL="), "the embedded PostgreSQL did not start"
        yield line.removeprefix("DATABASE_URL=").strip()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
        server.stdout.close()
        shutil.rmtree(home)
        shutil.rmtree(socket_dir)


@pytest.fixture(scope="session")
def template_database(postgres_url: str) -> str:
    """The name of a migrated database with one organization and cluster, both `default`."""
    name = "sre_agent_template"
    if not _create(postgres_url, name):
        return name
    url = postgres_url.replace("/sre_agent?", f"/{name}?")
    migrate(url)
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO organizations VALUES ('default', 'default', now())")
        connection.execute("INSERT INTO clusters VALUES ('default', 'default', now())")
    return name


@pytest.fixture(scope="session")
def shared_database_url(postgres_url: str, template_database: str) -> str:
    """The URL of a database that most tests use one after another."""
    _create(postgres_url, "sre_agent_shared", template_database)
    return postgres_url.replace("/sre_agent?", "/sre_agent_shared?")


@pytest.fixture(scope="session")
def sweeper(shared_database_url: str) -> Iterator[Sweeper]:
    """Who empties the shared database."""
    with Sweeper(shared_database_url) as found:
        yield found


@pytest.fixture
def own_database() -> None:
    """Asked for by tests that change the schema: they get a database of their own."""


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, postgres_url: str, template_database: str
) -> Iterator[str]:
    """The URL of an empty, migrated database."""
    if "own_database" not in request.fixturenames:
        sweeper: Sweeper = request.getfixturevalue("sweeper")
        sweeper.sweep()
        yield sweeper.url
        return
    name = f"own_{next(_numbers)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template_database}")
        yield postgres_url.replace("/sre_agent?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _create(url: str, name: str, template: str = "template1") -> bool:
    """Create a database; return whether there was none of that name."""
    with psycopg.connect(url, autocommit=True) as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if known.rowcount:
            return False
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return True


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a fresh database."""
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()
