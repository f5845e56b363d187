"""Keep what each person answered: a request may take several of them, and leave actions out."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None

_AUDITED = (
    "(kind IN ('approval_requested', {more}'approval_decided', 'grant_minted', 'grant_renewed', "
    "'grant_refused', 'action_started', 'action_finished', "
    "'verification_finished', 'escalated', 'verdict_given', "
    "'reopened', 'reinvestigated', 'cancelled', 'paused', 'resumed', 'cause_dismissed', "
    "'acknowledged', 'assigned', 'commented', 'split', 'merged') "
    "OR (kind = 'incident_opened' AND actor <> 'intake'))"
)
_BEFORE = _AUDITED.format(more="")
_AFTER = _AUDITED.format(more="'approval_given', 'approval_voided', ")

_CARRY_OVER = sa.text("""
    INSERT INTO approval_answers
        (approval_id, person, verdict, org_id, actor, role, channel, reason, left_out, decided_at)
    SELECT id, 'name:' || decided_by, status, org_id, decided_by, decided_role,
        coalesce(channel, ''), coalesce(reason, ''), '[]', decided_at
    FROM approvals
    WHERE status IN ('approved', 'rejected') AND decided_role IS NOT NULL
""")


def upgrade() -> None:
    """Apply; what was answered before is one answer of one person."""
    op.add_column("approvals", sa.Column("people", sa.Integer, nullable=False, server_default="1"))
    op.add_column("approvals", sa.Column("left_out", sa.JSON))
    op.add_column("approvals", sa.Column("looked_at", sa.DateTime(timezone=True)))
    text = ("org_id", "actor", "role", "channel", "reason")
    op.create_table(
        "approval_answers",
        sa.Column("approval_id", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in text),
        sa.Column("left_out", sa.JSON, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("approval_id", "person", "verdict", name="pk_approval_answers"),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approvals.id"], name="fk_approval_answers_approval_id"
        ),
    )
    op.execute(_CARRY_OVER)
    _audit(_AFTER)


def downgrade() -> None:
    """Undo: of several answers, the one that closed the request is kept with it."""
    _audit(_BEFORE)
    op.drop_table("approval_answers")
    for column in ("looked_at", "left_out", "people"):
        op.drop_column("approvals", column)


def _audit(where: str) -> None:
    op.drop_index("ix_events_audited", "events")
    op.create_index(
        "ix_events_audited",
        "events",
        ["org_id", "at", "incident_id", "seq"],
        postgresql_where=sa.text(where),
    )
