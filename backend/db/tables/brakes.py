"""What slows writing down: how much was written lately, and when nothing may be."""

import sqlalchemy as sa

from backend.db.tables.base import Json, Moment, metadata

counted_writes = sa.Table(
    "counted_writes",
    metadata,
    # One row per action that was given a grant, however often it was minted.
    sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.id"), primary_key=True),
    sa.Column("action_id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("cluster_id", sa.Text, nullable=False),
    sa.Column("workload", sa.Text, nullable=False),
    sa.Column("tool", sa.Text, nullable=False),
    sa.Column("plan_sha256", sa.Text, nullable=False),
    # The action that it takes back; each is taken back once.
    sa.Column("undoes", sa.Text),
    sa.Column("at", Moment, nullable=False),
    sa.Column("cool_until", Moment, nullable=False),
    sa.Index("ix_counted_writes_at", "org_id", "cluster_id", "at"),
    sa.Index("ix_counted_writes_cool_until", "org_id", "cluster_id", "cool_until"),
    sa.Index("uq_counted_writes_undoes", "incident_id", "undoes", unique=True),
)

freezes = sa.Table(
    "freezes",
    metadata,
    # One-off freezes; those that come again are in a file. Who removed one is in the organization's log.
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("definition", Json, nullable=False),
    sa.Column("ends_at", Moment, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", Moment, nullable=False),
)
