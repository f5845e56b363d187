"""Find the newest incident of a service without reading all others."""

from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_incidents_service_opened_at",
        "incidents",
        ["org_id", "cluster_id", "namespace", "service", "opened_at"],
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_incidents_service_opened_at", "incidents")
