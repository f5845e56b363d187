"""Note what became of each question to a language model, and which limit did not allow it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision: str | None = "0020"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply: what became of earlier questions stays unknown."""
    op.add_column("model_use", sa.Column("outcome", sa.Text))
    op.add_column("model_use", sa.Column("refused_by", sa.Text))


def downgrade() -> None:
    """Undo: questions that were never asked are forgotten."""
    op.execute("DELETE FROM model_use WHERE outcome = 'over_budget'")
    op.drop_column("model_use", "refused_by")
    op.drop_column("model_use", "outcome")
