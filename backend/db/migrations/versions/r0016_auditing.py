"""Keep where logs were found broken, when they were walked, and the ends of what was removed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None

_MOMENT = sa.DateTime(timezone=True)

_GUARDED = """
    DROP TRIGGER events_append_only ON events;
    CREATE TRIGGER events_append_only
        BEFORE UPDATE OR TRUNCATE ON events
        FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
    CREATE FUNCTION events_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM audit_anchors AS anchor
                WHERE anchor.incident_id = OLD.incident_id AND anchor.seq >= OLD.seq) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the event log is append-only: DELETE is refused before an export';
    END;
    $$;
    CREATE TRIGGER events_remove_exported
        BEFORE DELETE ON events
        FOR EACH ROW EXECUTE FUNCTION events_refuse_removal();
"""

_UNGUARDED = """
    DROP TRIGGER events_remove_exported ON events;
    DROP FUNCTION events_refuse_removal();
    DROP TRIGGER events_append_only ON events;
    CREATE TRIGGER events_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON events
        FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
"""


def upgrade() -> None:
    """Apply."""
    organization = ["organizations.id"]
    op.create_table(
        "audit_breaks",
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("log", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("own_seq", sa.Integer, nullable=False),
        sa.Column("own_hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "log", "seq", name="pk_audit_breaks"),
        sa.ForeignKeyConstraint(["org_id"], organization, name="fk_audit_breaks_org_id"),
    )
    op.create_table(
        "audit_rounds",
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("org_id", name="pk_audit_rounds"),
        sa.ForeignKeyConstraint(["org_id"], organization, name="fk_audit_rounds_org_id"),
    )
    op.create_table(
        "audit_anchors",
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("export_sha256", sa.Text, nullable=False),
        sa.Column("exported_at", _MOMENT, nullable=False),
        sa.Column("trimmed_at", _MOMENT),
        sa.PrimaryKeyConstraint("incident_id", name="pk_audit_anchors"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_audit_anchors_incident_id"
        ),
    )
    op.create_index(
        "ix_audit_anchors_untrimmed",
        "audit_anchors",
        ["org_id"],
        postgresql_where=sa.text("trimmed_at IS NULL"),
    )
    op.execute(_GUARDED)


def downgrade() -> None:
    """Undo: what was removed stays removed, and its chains no longer begin anywhere."""
    op.execute(_UNGUARDED)
    op.drop_table("audit_anchors")
    op.drop_table("audit_rounds")
    op.drop_table("audit_breaks")
