"""Connections to PostgreSQL, configured once."""

import select
from typing import Any

import psycopg
import sqlalchemy as sa
from pydantic import ConfigDict, TypeAdapter
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, OSError)
"""What is raised while the database does not answer; it may do so again later."""

_DIALECT = "postgresql+psycopg://"
_PREFIXES = ("postgresql://", "postgres://", _DIALECT)

# Nobody waits for a lock for ever, and a program that hangs inside a transaction lets go of its own.
_SESSION = "-c timezone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"


def sqlalchemy_url(database_url: str) -> str:
    """Return the URL with the driver spelled out; `postgres://` and `postgresql://` are accepted."""
    for prefix in _PREFIXES:
        if database_url.startswith(prefix):
            return _DIALECT + database_url.removeprefix(prefix)
    return database_url


def libpq_url(database_url: str) -> str:
    """Return the URL as PostgreSQL's own clients read it, without a driver."""
    return sqlalchemy_url(database_url).replace(_DIALECT, "postgresql://", 1)


# A constant keeps what is no JSON visible: the database refuses NaN, it would take a null.
_ANYTHING = TypeAdapter[Any](Any, config=ConfigDict(ser_json_inf_nan="constants"))


def to_json(value: object) -> str:
    """Return JSON for the database to take apart again; moments are written as ISO 8601.

    Unlike a hash, it needs no order of keys, and so a fourth of the time.
    """
    return _ANYTHING.dump_json(value).decode()


def create_engine(database_url: str, *, pool_size: int = 8, timeout_s: float = 10) -> AsyncEngine:
    """Return an engine; nothing is opened before its first use.

    `pool_size` is the most connections it holds; who waits longer than `timeout_s` for one is
    refused with an error.
    """
    engine = create_async_engine(
        sqlalchemy_url(database_url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=timeout_s,
        json_serializer=to_json,
        hide_parameters=True,  # an error is logged with its statement, and secrets are parameters
        connect_args={"connect_timeout": max(1, int(timeout_s)), "options": _SESSION},
    )
    sa.event.listen(engine.sync_engine, "checkout", _refuse_the_dead)
    return engine


def _refuse_the_dead(
    connection: DBAPIConnection, _record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """Have the pool replace a connection whose server has gone, without asking the server.

    An idle server has nothing to say: what can be read from it is its farewell. A question to the
    server would tell the same, but costs a third of the time of a short transaction.
    """
    driver: psycopg.AsyncConnection = connection.driver_connection
    incoming = select.poll()
    if not driver.closed:
        incoming.register(driver.pgconn.socket, select.POLLIN)
    if driver.closed or incoming.poll(0):
        raise sa.exc.DisconnectionError("the server closed the connection")
