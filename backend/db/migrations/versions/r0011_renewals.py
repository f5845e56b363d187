"""Count how often a grant was renewed, and list renewals in the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None

_BEFORE = (
    "(kind IN ('approval_requested', 'approval_decided', 'grant_minted', 'grant_refused', "
    "'action_started', 'action_finished', 'verification_finished', 'escalated', 'verdict_given', "
    "'reopened', 'reinvestigated', 'cancelled', 'paused', 'resumed', 'cause_dismissed', "
    "'acknowledged', 'assigned', 'commented', 'split', 'merged') "
    "OR (kind = 'incident_opened' AND actor <> 'intake'))"
)
_AFTER = _BEFORE.replace("'grant_minted', ", "'grant_minted', 'grant_renewed', ")


def upgrade() -> None:
    """Apply."""
    column = sa.Column("renewals", sa.Integer, nullable=False, server_default="0")
    op.add_column("grants", column)
    _index(_AFTER)


def downgrade() -> None:
    """Undo."""
    _index(_BEFORE)
    op.drop_column("grants", "renewals")


def _index(where: str) -> None:
    op.drop_index("ix_events_audited", "events")
    columns = ["org_id", "at", "incident_id", "seq"]
    op.create_index("ix_events_audited", "events", columns, postgresql_where=sa.text(where))
