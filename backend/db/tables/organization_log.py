"""What people did to the platform itself, chained like an incident's events and as unchangeable."""

import sqlalchemy as sa

from backend.db.tables.base import Json, Moment, metadata

organization_log = sa.Table(
    "organization_log",
    metadata,
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Index("ix_organization_log_org_id_at_seq", "org_id", "at", "seq"),
    # What the signer asks the log with every grant: whether it tells of a stop.
    sa.Index(
        "ix_organization_log_switch",
        "org_id",
        "seq",
        postgresql_where=sa.text("kind IN ('writing_halted', 'writing_resumed')"),
    ),
    # What every walk of an incident's log asks that begins after what was removed: whether it was, by rule.
    sa.Index(
        "ix_organization_log_trimmed",
        "org_id",
        sa.text("(payload ->> 'incident')"),
        postgresql_where=sa.text("kind = 'audit_trimmed'"),
    ),
)
