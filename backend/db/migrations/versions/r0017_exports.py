"""Keep what is taken out of the audit, until the signer has signed it and after."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_exports",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manifest", sa.JSON, nullable=False),
        sa.Column("signature", sa.Text),
        sa.Column("refusal", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_audit_exports"),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_audit_exports_org_id"),
    )
    op.create_index(
        "ix_audit_exports_waiting",
        "audit_exports",
        ["asked_at"],
        postgresql_where=sa.text("signature IS NULL AND refusal IS NULL"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("audit_exports")
