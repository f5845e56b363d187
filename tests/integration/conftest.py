"""A real PostgreSQL for every test that wants one: one server, a fresh database per test."""

import itertools
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.engine import create_engine
from backend.db.migrations import migrate

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of the server's own database."""
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
    """The name of a migrated database that others are copied from."""
    name = "sre_agent_template"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = postgres_url.replace("/sre_agent?", f"/{name}?")
    migrate(url)
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO organizations VALUES ('default', 'default', now())")
        connection.execute("INSERT INTO clusters VALUES ('default', 'default', now())")
    return name


@pytest.fixture
def database_url(postgres_url: str, template_database: str) -> Iterator[str]:
    """The URL of a fresh, migrated database with one organization and cluster, both `default`."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template_database}")
        yield postgres_url.replace("/sre_agent?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a fresh database."""
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()
