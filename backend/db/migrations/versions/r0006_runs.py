"""Let an incident have several runs, and people hold or stop them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.add_column("incidents", sa.Column("run", sa.Integer, nullable=False, server_default="1"))
    for name in ("is_paused", "is_cancelled"):
        column = sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column("incidents", column)
    for name in ("acknowledged_by", "assigned_to"):
        op.add_column("incidents", sa.Column(name, sa.Text))


def downgrade() -> None:
    """Undo."""
    for column in ("run", "is_paused", "is_cancelled", "acknowledged_by", "assigned_to"):
        op.drop_column("incidents", column)
