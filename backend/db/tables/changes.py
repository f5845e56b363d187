"""What was changed in and around the systems, by whom and when; and what GitHub delivered."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from backend.db.tables.base import Json, Moment, metadata

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    # Made of cluster, source and key: the same change has the same id whenever it is told.
    sa.Column("id", sa.Text, primary_key=True),
    # Empty where no single cluster is meant, as of a commit.
    sa.Column("cluster_id", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("told_at", Moment, nullable=False),
    # As of when it stands so: what is told late, of an earlier moment, changes nothing.
    sa.Column("as_of", Moment, nullable=False),
    sa.Column("namespace", sa.Text, nullable=False),
    sa.Column("services", ARRAY(sa.Text), nullable=False),
    sa.Column("repository", sa.Text, nullable=False),
    # The begin of its commit, by which entries of one commit are found; empty where it has none.
    sa.Column("commit_start", sa.Text, nullable=False),
    # The whole entry but for its diff, which is long and seldom read; and a hash of what was sent: a key
    # is not used for two changes.
    sa.Column("content", Json, nullable=False),
    sa.Column("diff", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Index("ix_changes_org_id_at_id", "org_id", "at", "id"),
    sa.Index("ix_changes_services", "services", postgresql_using="gin"),
    sa.Index("ix_changes_told_at", "told_at"),
)

github_deliveries = sa.Table(
    "github_deliveries",
    metadata,
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    # How many changes it told of: none of an event that we do not know.
    sa.Column("changes", sa.Integer, nullable=False),
    sa.Index("ix_github_deliveries_received_at", "received_at"),
)
