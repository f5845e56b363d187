"""Several questions to the database in one statement: what each costs on its own is the way there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, eq=False)
class Question(Generic[AnswerT]):
    """A query that is built once, its parameters by name, and what its rows are read as."""

    query: sa.Select[Any] | sa.TextualSelect
    rows: TypeAdapter[list[AnswerT]]

    async def ask(self, connection: AsyncConnection, **about: object) -> list[AnswerT]:
        """Return the answer to this question alone.

        Raises:
            ValueError: A row holds what it cannot.
        """
        found = await connection.execute(self.query, about)
        return self.rows.validate_python([dict(row) for row in found.mappings()])


@dataclass(frozen=True)
class Answers:
    """What the database said to several questions at one moment."""

    _said: Mapping["Question[Any]", list[dict[str, Any]] | None]

    def to(self, question: Question[AnswerT]) -> list[AnswerT]:
        """Return the rows that answer one of them.

        Raises:
            ValueError: A row holds what it cannot.
        """
        return question.rows.validate_python(self._said[question] or [])


class AtOnce:
    """Questions that are asked together: their answers are all of one moment, as JSON on the way."""

    def __init__(self, *questions: Question[Any]) -> None:
        self._questions = questions
        self._statement = sa.select(*(_as_json(question.query) for question in questions))

    async def ask(self, connection: AsyncConnection, **about: object) -> Answers:
        """Return the answers."""
        row = (await connection.execute(self._statement, about)).one()
        return Answers(dict(zip(self._questions, row, strict=True)))


def _as_json(query: sa.Select[Any] | sa.TextualSelect) -> sa.ColumnElement[Any]:
    listed = sa.func.json_agg(query.subquery().table_valued(), type_=sa.JSON)  # null without rows
    return sa.select(listed).scalar_subquery()
