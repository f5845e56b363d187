"""Let a person whose yes fell say it anew: several answers of one person, each at its time."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision: str | None = "0018"
branch_labels: str | None = None
depends_on: str | None = None

_TABLE, _KEY = "approval_answers", "pk_approval_answers"
_BY_PERSON = ["approval_id", "person", "verdict"]

_KEEP_NEWEST = sa.text("""
    DELETE FROM approval_answers older USING approval_answers newer
    WHERE older.approval_id = newer.approval_id AND older.person = newer.person
        AND older.verdict = newer.verdict AND older.decided_at < newer.decided_at
""")


def upgrade() -> None:
    """Apply."""
    op.drop_constraint(_KEY, _TABLE, type_="primary")
    op.create_primary_key(_KEY, _TABLE, [*_BY_PERSON, "decided_at"])


def downgrade() -> None:
    """Undo: of several answers of one person, the newest is kept."""
    op.execute(_KEEP_NEWEST)
    op.drop_constraint(_KEY, _TABLE, type_="primary")
    op.create_primary_key(_KEY, _TABLE, _BY_PERSON)
