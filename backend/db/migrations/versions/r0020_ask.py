"""Remember what people ask by thread, and count what models take for an answer to nobody's incident."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision: str | None = "0019"
branch_labels: str | None = None
depends_on: str | None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ask_threads",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("turns", sa.Integer, nullable=False, server_default="0"),
        sa.Column("summary", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_ask_threads"),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_ask_threads_org_id"),
    )
    op.create_index(
        "ix_ask_threads_org_id_person_last_at", "ask_threads", ["org_id", "person", "last_at"]
    )
    op.create_index("ix_ask_threads_last_at", "ask_threads", ["last_at"])
    op.create_table(
        "ask_turns",
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("exchanges", sa.JSON(none_as_null=True)),
        sa.PrimaryKeyConstraint("thread_id", "number", name="pk_ask_turns"),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["ask_threads.id"], name="fk_ask_turns_thread_id", ondelete="CASCADE"
        ),
    )
    op.alter_column("model_use", "incident_id", nullable=True)


def downgrade() -> None:
    """Undo: threads are forgotten, and what models took for answers to people."""
    op.execute("DELETE FROM model_use WHERE incident_id IS NULL")
    op.alter_column("model_use", "incident_id", nullable=False)
    op.drop_table("ask_turns")
    op.drop_table("ask_threads")
