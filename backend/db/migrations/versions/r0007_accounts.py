"""Let people and programs come in, clusters be connected, and keep what was done to the platform."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    statements = (Path(__file__).parent / "0007_accounts.sql").read_text(encoding="utf-8")
    # Without parameters the driver sends the file as it is, as one request of many statements.
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_events_audited", "events")
    op.drop_index("ix_approvals_org_id_requested_at_id", "approvals")
    for table in ("cluster_endpoints", "organization_log", "attempts", "api_tokens"):
        op.drop_table(table)
    op.drop_table("sessions")
    op.drop_table("users")
    for column in ("connected_by", "webhook_token_sha256", "disconnected_at"):
        op.drop_column("clusters", column)
    for column in ("last_seq", "last_hash"):
        op.drop_column("organizations", column)
