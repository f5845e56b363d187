"""Keep what was changed in and around the systems, and what GitHub delivered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0022"
down_revision: str | None = "0021"
branch_labels: str | None = None
depends_on: str | None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "changes",
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("cluster_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("told_at", _MOMENT, nullable=False),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("services", ARRAY(sa.Text), nullable=False),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_changes"),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_changes_org_id"),
    )
    op.create_index("ix_changes_org_id_at_id", "changes", ["org_id", "at", "id"])
    op.create_index("ix_changes_services", "changes", ["services"], postgresql_using="gin")
    op.create_index("ix_changes_told_at", "changes", ["told_at"])
    op.create_table(
        "github_deliveries",
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_github_deliveries"),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name="fk_github_deliveries_org_id"
        ),
    )
    op.create_index("ix_github_deliveries_received_at", "github_deliveries", ["received_at"])


def downgrade() -> None:
    """Undo: what was told of changes is forgotten."""
    op.drop_table("github_deliveries")
    op.drop_table("changes")
