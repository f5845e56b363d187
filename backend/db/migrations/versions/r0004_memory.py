"""Remember past incidents, and find those that share a feature."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "past_incidents",
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("cause", sa.JSON),
        sa.Column("confidence", sa.Double),
        sa.Column("repair", sa.Text, nullable=False),
        sa.Column("verdict", sa.JSON),
        sa.Column("tokens", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name="pk_past_incidents"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_past_incidents_incident_id"
        ),
    )
    op.create_index("ix_past_incidents_org_id", "past_incidents", ["org_id"])
    op.create_table(
        "past_incident_tokens",
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "token", "incident_id", name="pk_past_incident_tokens"),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["past_incidents.incident_id"],
            name="fk_past_incident_tokens_incident_id",
        ),
    )
    op.create_index(
        "ix_past_incident_tokens_newest", "past_incident_tokens", ["org_id", "token", "ended_at"]
    )
    op.create_index("ix_past_incident_tokens_incident_id", "past_incident_tokens", ["incident_id"])


def downgrade() -> None:
    """Undo: what is forgotten can be made again from the log."""
    op.drop_table("past_incident_tokens")
    op.drop_table("past_incidents")
