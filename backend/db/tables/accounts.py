"""Who may come in: people with their sessions, programs with their tokens, and counted attempts."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from backend.db.tables.base import Moment, metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False),
    # Names are kept in lower case, and each is there once over all organizations: who signs in
    # gives no organization.
    sa.Column("name", sa.Text, nullable=False, unique=True),
    # No role yet: registered, and waiting for an administrator.
    sa.Column("role", sa.Text),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("disabled_at", Moment),
    sa.Index("ix_users_org_id_name", "org_id", "name"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    # Only the hash is stored: who reads the table cannot come in with it.
    sa.Column("token_sha256", sa.LargeBinary, primary_key=True),
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    sa.Column("csrf_token", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Index("ix_sessions_user_id", "user_id"),
    sa.Index("ix_sessions_expires_at", "expires_at"),
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("token_sha256", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("created_by", sa.Text, nullable=False),
    # The person behind it: it opens nothing that they may not. Empty when the settings' own
    # credential made it.
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.id")),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("revoked_at", Moment),
    sa.Column("used_at", Moment),
    # A name is free again once its token is revoked.
    sa.Index(
        "uq_api_tokens_org_id_name",
        "org_id",
        "name",
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    ),
)

attempts = sa.Table(
    "attempts",
    metadata,
    # One row per door and whom it counts for, as a hash: people mistype passwords as names. Whom it
    # counts for is not known yet, so that it belongs to no organization.
    sa.Column("door", sa.Text, primary_key=True),
    sa.Column("subject_sha256", sa.LargeBinary, primary_key=True),
    sa.Column("times", postgresql.ARRAY(Moment), nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    sa.Index("ix_attempts_last_at", "last_at"),
)
