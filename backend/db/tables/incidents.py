"""Incidents as they stand, the alerts that opened or joined them, what they hold, how they ended."""

import sqlalchemy as sa

from backend.db.tables.base import Json, Moment, metadata

OPEN = "status IN ('received', 'investigating', 'awaiting_approval', 'executing', 'verifying')"
"""The SQL of "work still goes on", the condition under which a service has one incident only."""

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("cluster_id", sa.Text, nullable=False),
    sa.Column("namespace", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("alert_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("firing_count", sa.Integer, nullable=False, server_default="0"),
    # From 1, the most urgent, to 4; when the newest alert joined; when a run was last asked for.
    sa.Column("priority", sa.SmallInteger, nullable=False, server_default="2"),
    sa.Column("last_alert_at", Moment),
    sa.Column("queued_at", Moment),
    # Which of its runs goes on; whether people hold it, or have it stop once a begun write is settled.
    sa.Column("run", sa.Integer, nullable=False, server_default="1"),
    sa.Column("is_paused", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("is_cancelled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("acknowledged_by", sa.Text),
    sa.Column("assigned_to", sa.Text),
    sa.Column("merged_into", sa.Text, sa.ForeignKey("incidents.id")),
    # The action of another incident that may have caused this one.
    sa.Column("caused_by_incident", sa.Text),
    sa.Column("caused_by_action", sa.Text),
    sa.Column("top_cause", Json),
    # The head of the incident's event log: whoever appends holds the lock of this row.
    sa.Column("last_seq", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_hash", sa.Text, nullable=False, server_default="0" * 64),
    sa.Column("last_at", Moment, nullable=False),
    sa.ForeignKeyConstraint(
        ["org_id", "cluster_id"],
        ["clusters.org_id", "clusters.id"],
        name="fk_incidents_org_id_cluster_id",
    ),
    sa.Index(
        "uq_incidents_open_service",
        "org_id",
        "cluster_id",
        "namespace",
        "service",
        unique=True,
        postgresql_where=sa.text(OPEN),
    ),
    sa.Index(
        "ix_incidents_service_opened_at",
        "org_id",
        "cluster_id",
        "namespace",
        "service",
        "opened_at",
    ),
    sa.Index("ix_incidents_org_id_opened_at_id", "org_id", "opened_at", "id"),
    sa.Index(
        "ix_incidents_caused_by_incident",
        "caused_by_incident",
        postgresql_where=sa.text("caused_by_incident IS NOT NULL"),
    ),
)

alerts = sa.Table(
    "alerts",
    metadata,
    # The key is what makes an alert the same when it comes again; the fingerprint comes first
    # because it tells alerts apart, the organization does not. No foreign key: an alert storm would
    # pay for a check per row, and whoever writes here holds the lock of the incident's row.
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("starts_at", Moment, primary_key=True),
    sa.Column("org_id", sa.Text, primary_key=True),
    sa.Column("cluster_id", sa.Text, primary_key=True),
    sa.Column("incident_id", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("ends_at", Moment),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("labels", Json, nullable=False),
    sa.Column("annotations", Json, nullable=False),
    sa.Column("generator_url", sa.Text, nullable=False),
    sa.Column("group_key", sa.Text, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("last_received_at", Moment, nullable=False),
    sa.Column("repeat_count", sa.Integer, nullable=False, server_default="0"),
    sa.Index("ix_alerts_incident_id", "incident_id"),
)

incident_members = sa.Table(
    "incident_members",
    metadata,
    # The services beside its own whose alerts an incident took in.
    sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.id"), primary_key=True),
    sa.Column("namespace", sa.Text, primary_key=True),
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("cluster_id", sa.Text, nullable=False),
    sa.Column("joined_at", Moment, nullable=False),
    sa.Index(
        "ix_incident_members_service",
        "org_id",
        "cluster_id",
        "namespace",
        "service",
        "joined_at",
    ),
)

target_claims = sa.Table(
    "target_claims",
    metadata,
    # A row is there while an open incident works on the object; the log remembers the rest.
    sa.Column("org_id", sa.Text, primary_key=True),
    sa.Column("cluster_id", sa.Text, primary_key=True),
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.id"), nullable=False),
    sa.Column("claimed_at", Moment, nullable=False),
    sa.Index("ix_target_claims_incident_id", "incident_id"),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.id"), primary_key=True),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("markdown", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("written_at", Moment, nullable=False),
)
