"""Who owns what: organizations, their clusters, and the switch that stops all writing."""

import sqlalchemy as sa

from backend.db.tables.base import Moment, metadata

organizations = sa.Table(
    "organizations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

clusters = sa.Table(
    "clusters",
    metadata,
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("created_at", Moment, nullable=False),
)

kill_switch = sa.Table(
    "kill_switch",
    metadata,
    # One row per throw of the switch: the last one rules, the others are its history.
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False),
    sa.Column("is_halted", sa.Boolean, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Index("ix_kill_switch_org_id_id", "org_id", "id"),
)
