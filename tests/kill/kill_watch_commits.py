"""Watch the transactions that a program commits."""

import json
import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from kill_borders import Borders
from sqlalchemy.engine.default import DefaultDialect

_TABLE = re.compile(r"(?:INSERT INTO|(?<!FOR )(?<!DO )UPDATE|DELETE FROM)\s+(\w+)")
_IDLE = frozenset({"attempts", "clusters", "organizations", "procrastinate_jobs", "sessions"})
"""What is written without any incident."""


def watch(borders: Borders) -> None:
    """Watch every transaction that writes; it is named by the events, else the tables, it writes."""
    _watch_transactions(borders)
    _watch_statements(borders)


def _watch_transactions(borders: Borders) -> None:
    written: dict[int, set[str]] = {}

    commit: Any = DefaultDialect.do_commit
    rollback: Any = DefaultDialect.do_rollback

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def execute(
        connection: sa.Connection, _cursor: Any, statement: str, given: Any, *_rest: Any
    ) -> None:
        driver = connection.connection.dbapi_connection
        if not _is_alone(connection):
            written.setdefault(id(driver), set()).update(_names(statement, given))

    def do_commit(self: DefaultDialect, connection: Any) -> None:
        names = written.pop(_driver(connection), set()) - _IDLE
        if not names:
            commit(self, connection)
            return
        with borders.around(f"commit[{_named(names)}]"):
            commit(self, connection)

    def do_rollback(self: DefaultDialect, connection: Any) -> None:
        written.pop(_driver(connection), None)
        rollback(self, connection)

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    DefaultDialect.do_rollback = do_rollback  # type: ignore[method-assign]


def _watch_statements(borders: Borders) -> None:
    """Watch what is its own transaction: nothing comes between it and its commit."""

    def crossing(moment: str) -> Callable[..., None]:
        def cross(
            connection: sa.Connection, _cursor: Any, statement: str, given: Any, *_rest: Any
        ) -> None:
            names = _names(statement, given) - _IDLE
            if names and _is_alone(connection):
                borders.cross(f"commit[{_named(names)}]", moment)

        return cross

    sa.event.listen(sa.Engine, "before_cursor_execute", crossing("before"))
    sa.event.listen(sa.Engine, "after_cursor_execute", crossing("after"))


def _is_alone(connection: sa.Connection) -> bool:
    """Return whether each statement is a transaction of its own."""
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.autocommit)


def _driver(connection: Any) -> int:
    return id(getattr(connection, "dbapi_connection", connection))


def _names(statement: str, given: object) -> set[str]:
    """Return what a statement writes is called: the events of its rows, else its tables."""
    rows = given.get("rows") if isinstance(given, dict) else None
    return _events(rows) or set(_TABLE.findall(statement))


def _events(rows: object) -> set[str]:
    """Return what the events of a statement are called; a change of status by the status."""
    found = json.loads(rows) if isinstance(rows, str) else []
    return {
        str(each.get("payload", {}).get("to") or each["kind"])
        for each in found
        if isinstance(each, dict) and "kind" in each
    }


def _named(names: set[str]) -> str:
    """Return what a transaction is called by: events say more than the tables beside them."""
    return "+".join(sorted(names - {"events", "incidents"} or names)[:3])
