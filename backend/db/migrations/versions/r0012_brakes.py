"""Stop single clusters, count writes against caps and cool-downs, and freeze for a time."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0016"
branch_labels: str | None = None
depends_on: str | None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply. A throw of the switch that names no cluster is for all, as those before it were."""
    op.add_column("kill_switch", sa.Column("cluster_id", sa.Text))
    op.create_index(
        "ix_organization_log_switch",
        "organization_log",
        ["org_id", "seq"],
        postgresql_where=sa.text("kind IN ('writing_halted', 'writing_resumed')"),
    )
    # Who could take back a throw without a trace could also let go what others stopped.
    op.execute(
        "CREATE TRIGGER kill_switch_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kill_switch "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()"
    )
    _count_writes()
    _keep_freezes()


def downgrade() -> None:
    """Undo: stops of single clusters, counts and one-off freezes are forgotten."""
    op.drop_table("freezes")
    op.drop_table("counted_writes")
    op.execute("DROP TRIGGER kill_switch_append_only ON kill_switch")
    op.drop_index("ix_organization_log_switch", "organization_log")
    op.execute("DELETE FROM kill_switch WHERE cluster_id IS NOT NULL")
    op.drop_column("kill_switch", "cluster_id")


def _count_writes() -> None:
    op.create_table(
        "counted_writes",
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("action_id", sa.Text, nullable=False),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("cluster_id", sa.Text, nullable=False),
        sa.Column("workload", sa.Text, nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("plan_sha256", sa.Text, nullable=False),
        sa.Column("undoes", sa.Text),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("cool_until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "action_id", name="pk_counted_writes"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_counted_writes_incident_id"
        ),
    )
    op.create_index("ix_counted_writes_at", "counted_writes", ["org_id", "cluster_id", "at"])
    op.create_index(
        "ix_counted_writes_cool_until", "counted_writes", ["org_id", "cluster_id", "cool_until"]
    )
    op.create_index(
        "uq_counted_writes_undoes", "counted_writes", ["incident_id", "undoes"], unique=True
    )


def _keep_freezes() -> None:
    op.create_table(
        "freezes",
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("definition", sa.JSON, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_freezes"),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_freezes_org_id"),
    )
