"""What people were asked and answered, and the grants that came of it."""

import sqlalchemy as sa

from backend.db.tables.base import Json, Moment, metadata

approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.id"), nullable=False),
    sa.Column("plan_sha256", sa.Text, nullable=False),
    sa.Column("plan", Json, nullable=False),
    sa.Column("rulings", Json, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("requested_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_role", sa.Text),
    sa.Column("channel", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("decided_at", Moment),
    sa.Column("people", sa.Integer, nullable=False, server_default="1"),
    sa.Column("left_out", Json),
    sa.Column("looked_at", Moment),
    sa.Index("uq_approvals_plan", "incident_id", "plan_sha256", unique=True),
    sa.Index(
        "uq_approvals_open",
        "incident_id",
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    ),
    sa.Index("ix_approvals_org_id_requested_at_id", "org_id", "requested_at", "id"),
    sa.Index("ix_approvals_due", "expires_at", postgresql_where=sa.text("status = 'open'")),
)

approval_answers = sa.Table(
    "approval_answers",
    metadata,
    sa.Column("approval_id", sa.Text, sa.ForeignKey("approvals.id"), primary_key=True),
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("verdict", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("left_out", Json, nullable=False),
    sa.Column("decided_at", Moment, primary_key=True),
)

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.id"), nullable=False),
    sa.Column("action_id", sa.Text, nullable=False),
    sa.Column("plan_sha256", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("minted_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("renewals", sa.Integer, nullable=False, server_default="0"),
    sa.Index("uq_grants_action", "incident_id", "action_id", unique=True),
)
