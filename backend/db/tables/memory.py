"""Past incidents as they are remembered: a view of the log that can be made again from it."""

import sqlalchemy as sa

from backend.db.tables.base import Json, Moment, metadata

past_incidents = sa.Table(
    "past_incidents",
    metadata,
    sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.id"), primary_key=True),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("namespace", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("ended_at", Moment, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("cause", Json),
    sa.Column("confidence", sa.Double),
    sa.Column("repair", sa.Text, nullable=False),
    sa.Column("verdict", Json),
    sa.Column("tokens", Json, nullable=False),
    sa.Index("ix_past_incidents_org_id", "org_id"),
)

past_incident_tokens = sa.Table(
    "past_incident_tokens",
    metadata,
    # The same tokens the other way round: which incidents have one, the newest first, and how many.
    sa.Column("org_id", sa.Text, primary_key=True),
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column(
        "incident_id", sa.Text, sa.ForeignKey("past_incidents.incident_id"), primary_key=True
    ),
    sa.Column("ended_at", Moment, nullable=False),
    sa.Index("ix_past_incident_tokens_newest", "org_id", "token", "ended_at"),
    sa.Index("ix_past_incident_tokens_incident_id", "incident_id"),
)

past_failures = sa.Table(
    "past_failures",
    metadata,
    # Of the incidents above those whose cause was verified, as alert streams to learn from.
    sa.Column(
        "incident_id", sa.Text, sa.ForeignKey("past_incidents.incident_id"), primary_key=True
    ),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("cluster_id", sa.Text, nullable=False),
    sa.Column("ended_at", Moment, nullable=False),
    sa.Column("culprit", sa.Text, nullable=False),
    sa.Column("fault", sa.Text, nullable=False),
    sa.Column("stream", Json, nullable=False),
    sa.Index("ix_past_failures_newest", "org_id", "cluster_id", "ended_at"),
)
