"""Make the first tables."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    statements = (Path(__file__).parent / "0001_initial.sql").read_text(encoding="utf-8")
    # Without parameters the driver sends the file as it is, as one request of many statements.
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))


def downgrade() -> None:
    """Undo nothing: an audit log is not dropped by a command typed in a hurry."""
    raise NotImplementedError("restore a backup instead")
