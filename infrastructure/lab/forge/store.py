"""What the forge knows beside the repository: numbered documents of several kinds, on disk."""

import json
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_TABLE = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, number)
)
"""


class Store:
    """Documents by kind and number; each write is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(_TABLE)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, kind: str, document: Mapping[str, Any]) -> Document:
        """Keep a new document; return it with its `number`, which is the next of its kind."""
        with self._lock:
            query = "SELECT COALESCE(MAX(number), 0) + 1 FROM documents WHERE kind = ?"
            (number,) = self._connection.execute(query, (kind,)).fetchone()
            kept = {**document, "number": number}
            self._connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?)", (kind, number, json.dumps(kept))
            )
        return kept

    def get(self, kind: str, number: int) -> Document | None:
        """Return a document, or None."""
        query = "SELECT body FROM documents WHERE kind = ? AND number = ?"
        with self._lock:
            row = self._connection.execute(query, (kind, number)).fetchone()
        return None if row is None else json.loads(row[0])

    def change(self, kind: str, number: int, **facts: Any) -> Document:
        """Set facts of a document; return it.

        Raises:
            KeyError: when there is no such document.
        """
        with self._lock:
            known = self.get(kind, number)
            if known is None:
                raise KeyError(f"{kind} {number}")
            kept = {**known, **facts}
            self._connection.execute(
                "UPDATE documents SET body = ? WHERE kind = ? AND number = ?",
                (json.dumps(kept), kind, number),
            )
        return kept

    def remove(self, kind: str, number: int) -> bool:
        """Forget a document; say whether it was there."""
        with self._lock:
            done = self._connection.execute(
                "DELETE FROM documents WHERE kind = ? AND number = ?", (kind, number)
            )
        return done.rowcount > 0

    def newest(self, kind: str, **facts: Any) -> list[Document]:
        """Return the documents of a kind that have these facts, the newest first."""
        query = "SELECT body FROM documents WHERE kind = ? ORDER BY number DESC"
        with self._lock:
            rows = self._connection.execute(query, (kind,)).fetchall()
        found: list[Document] = [json.loads(row[0]) for row in rows]
        return [each for each in found if facts.items() <= each.items()]
