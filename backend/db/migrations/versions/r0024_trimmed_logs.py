"""Find what was removed of incidents' logs by what the organization's log tells of it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision: str | None = "0023"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_organization_log_trimmed",
        "organization_log",
        ["org_id", sa.text("(payload ->> 'incident')")],
        postgresql_where=sa.text("kind = 'audit_trimmed'"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_organization_log_trimmed", "organization_log")
