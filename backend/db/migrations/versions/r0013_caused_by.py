"""Keep with an incident which action of ours may have caused it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0017"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply; of incidents from before nobody knows."""
    op.add_column("incidents", sa.Column("caused_by_incident", sa.Text))
    op.add_column("incidents", sa.Column("caused_by_action", sa.Text))
    op.create_index(
        "ix_incidents_caused_by_incident",
        "incidents",
        ["caused_by_incident"],
        postgresql_where=sa.text("caused_by_incident IS NOT NULL"),
    )


def downgrade() -> None:
    """Undo: the logs still tell of it."""
    op.drop_index("ix_incidents_caused_by_incident", "incidents")
    op.drop_column("incidents", "caused_by_action")
    op.drop_column("incidents", "caused_by_incident")
