"""The event log. The database itself refuses to change or remove an entry."""

import sqlalchemy as sa

from backend.db.tables.base import Json, Moment, metadata

events = sa.Table(
    "events",
    metadata,
    # No foreign key, as for alerts: the incident's row is locked by whoever appends.
    sa.Column("incident_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("step_key", sa.Text, nullable=False),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Index("uq_events_step_key", "incident_id", "step_key", unique=True),
)
