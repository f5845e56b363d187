"""Keep the diffs of changes apart from what is asked for of them, and their commits to be found by."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision: str | None = "0022"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    for name in ("commit_start", "diff"):
        op.add_column("changes", sa.Column(name, sa.Text, nullable=False, server_default=""))
    # What a cluster told may hold a NUL, which PostgreSQL keeps in JSON and cannot read there; it has no diff.
    op.execute(
        "UPDATE changes SET diff = content->>'diff', commit_start = left(content->>'commit', 7), "
        r"content = (content::jsonb - 'diff')::json WHERE position('\u0000' in content::text) = 0"
    )
    for name in ("commit_start", "diff"):
        op.alter_column("changes", name, server_default=None)


def downgrade() -> None:
    """Undo."""
    op.execute(
        "UPDATE changes SET content = (content::jsonb || jsonb_build_object('diff', diff))::json "
        "WHERE diff <> ''"
    )
    op.drop_column("changes", "diff")
    op.drop_column("changes", "commit_start")
