"""Threads of questions: what one person asked and was told."""

import sqlalchemy as sa

from backend.db.tables.base import Json, Moment, metadata

ask_threads = sa.Table(
    "ask_threads",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False),
    # Who asks: a thread is nobody else's.
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    sa.Column("turns", sa.Integer, nullable=False, server_default="0"),
    # Turns that are kept no longer, in a line each.
    sa.Column("summary", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_ask_threads_org_id_person_last_at", "org_id", "person", "last_at"),
    sa.Index("ix_ask_threads_last_at", "last_at"),
)

ask_turns = sa.Table(
    "ask_turns",
    metadata,
    sa.Column(
        "thread_id",
        sa.Text,
        sa.ForeignKey("ask_threads.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("answer", Json, nullable=False),
    # What a model was told and said, secrets masked; null where none was asked.
    sa.Column("exchanges", Json),
)
