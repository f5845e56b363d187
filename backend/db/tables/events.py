"""The event log. The database itself refuses to change or remove an entry."""

import sqlalchemy as sa

from backend.db.tables.base import Json, Moment, metadata

AUDITED = (
    "(kind IN ('approval_requested', 'approval_given', 'approval_decided', 'approval_voided', "
    "'grant_minted', 'grant_renewed', 'grant_refused', "
    "'action_started', 'action_finished', 'verification_finished', 'escalated', 'verdict_given', "
    "'reopened', 'reinvestigated', 'cancelled', 'paused', 'resumed', 'cause_dismissed', "
    "'acknowledged', 'assigned', 'commented', 'split', 'merged') "
    "OR (kind = 'incident_opened' AND actor <> 'intake'))"
)
"""The SQL of "somebody decided or did something", which an audit lists; an index holds only those."""

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
    sa.Index(
        "ix_events_audited",
        "org_id",
        "at",
        "incident_id",
        "seq",
        postgresql_where=sa.text(AUDITED),
    ),
)
