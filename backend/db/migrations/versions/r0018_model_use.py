"""Count what language models take: set aside before an exchange, settled after it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0013"
branch_labels: str | None = None
depends_on: str | None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "model_use",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("settled_at", _MOMENT),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("micro_usd", sa.BigInteger),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("input_tokens", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("output_tokens", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("is_estimated", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.PrimaryKeyConstraint("id", name="pk_model_use"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_model_use_incident_id"),
    )
    op.create_index("ix_model_use_incident_id", "model_use", ["incident_id"])
    op.create_index("ix_model_use_at", "model_use", ["at"])
    op.create_index("ix_model_use_org_id_at", "model_use", ["org_id", "at"])


def downgrade() -> None:
    """Undo: what was spent is forgotten."""
    op.drop_table("model_use")
