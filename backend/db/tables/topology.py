"""Who calls whom, as it was last seen: known before anyone investigates."""

import sqlalchemy as sa

from backend.db.tables.base import Moment, metadata

service_edges = sa.Table(
    "service_edges",
    metadata,
    # One row for each source that saw the call; a service is named as alerts may name it.
    sa.Column("org_id", sa.Text, primary_key=True),
    sa.Column("cluster_id", sa.Text, primary_key=True),
    sa.Column("namespace", sa.Text, primary_key=True),
    sa.Column("caller", sa.Text, primary_key=True),
    sa.Column("callee", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Index("ix_service_edges_callee", "org_id", "cluster_id", "namespace", "callee"),
)
