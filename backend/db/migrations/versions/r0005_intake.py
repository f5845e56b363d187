"""Know the neighbours of a service, the services of an incident, and the order of the queue."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    statements = (Path(__file__).parent / "0005_intake.sql").read_text(encoding="utf-8")
    # Without parameters the driver sends the file as it is, as one request of many statements.
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))


def downgrade() -> None:
    """Undo."""
    op.execute("DROP FUNCTION sre_agent_fetch_job")
    op.drop_table("incident_members")
    op.drop_table("service_edges")
    for column in ("priority", "last_alert_at", "queued_at"):
        op.drop_column("incidents", column)
