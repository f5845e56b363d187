"""Who owns what: organizations, their clusters, and the switch that stops all writing."""

import sqlalchemy as sa

from backend.db.tables.base import Moment, metadata

organizations = sa.Table(
    "organizations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    # The head of the organization's own log: whoever appends holds the lock of this row.
    sa.Column("last_seq", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_hash", sa.Text, nullable=False, server_default="0" * 64),
)

clusters = sa.Table(
    "clusters",
    metadata,
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("created_at", Moment, nullable=False),
    # Empty for the installation's own cluster, which the settings describe.
    sa.Column("connected_by", sa.Text),
    # What its Alertmanager sends, as a hash.
    sa.Column("webhook_token_sha256", sa.LargeBinary, unique=True),
    sa.Column("disconnected_at", Moment),
)

cluster_endpoints = sa.Table(
    "cluster_endpoints",
    metadata,
    # The MCP servers of a connected cluster, one for each system; tokens are encrypted.
    sa.Column("org_id", sa.Text, primary_key=True),
    sa.Column("cluster_id", sa.Text, primary_key=True),
    sa.Column("system", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("read_token", sa.Text, nullable=False),
    sa.Column("write_token", sa.Text),
    sa.ForeignKeyConstraint(
        ["org_id", "cluster_id"],
        ["clusters.org_id", "clusters.id"],
        name="fk_cluster_endpoints_org_id_cluster_id",
    ),
)

kill_switch = sa.Table(
    "kill_switch",
    metadata,
    # One row per throw of the switch: the last one rules, the others are its history.
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False),
    # Empty for a throw that is for all clusters.
    sa.Column("cluster_id", sa.Text),
    sa.Column("is_halted", sa.Boolean, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Index("ix_kill_switch_org_id_id", "org_id", "id"),
)
