"""What is kept beside the logs: where they were found broken, when they were walked, what was removed."""

import sqlalchemy as sa

from backend.db.tables.base import Json, Moment, metadata

audit_breaks = sa.Table(
    "audit_breaks",
    metadata,
    # `log` is an incident's id, or empty for the organization's own.
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("found_at", Moment, nullable=False),
    # Where the organization's own log stood once the alarm was in it: from there on it is walked anew.
    sa.Column("own_seq", sa.Integer, nullable=False),
    sa.Column("own_hash", sa.Text, nullable=False),
)

audit_rounds = sa.Table(
    "audit_rounds",
    metadata,
    # When somebody last began to walk all logs of an organization.
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("begun_at", Moment, nullable=False),
)

audit_exports = sa.Table(
    "audit_exports",
    metadata,
    # What somebody asked to take out. The signer looks at the logs itself, then signs or says why not.
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("manifest", Json, nullable=False),
    sa.Column("signature", sa.Text),
    sa.Column("refusal", sa.Text),
    sa.Index(
        "ix_audit_exports_waiting",
        "asked_at",
        postgresql_where=sa.text("signature IS NULL AND refusal IS NULL"),
    ),
)

audit_anchors = sa.Table(
    "audit_anchors",
    metadata,
    # The end of what was exported of an incident's log: what is older may be removed, and the chain
    # goes on from here.
    sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.id"), primary_key=True),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("export_sha256", sa.Text, nullable=False),
    sa.Column("exported_at", Moment, nullable=False),
    sa.Column("trimmed_at", Moment),
    sa.Index(
        "ix_audit_anchors_untrimmed", "org_id", postgresql_where=sa.text("trimmed_at IS NULL")
    ),
)
