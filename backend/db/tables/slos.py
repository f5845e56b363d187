"""What services promise, and how each promise stood when it was last looked at."""

import sqlalchemy as sa

from backend.db.tables.base import Json, Moment, metadata

slos = sa.Table(
    "slos",
    metadata,
    sa.Column("org_id", sa.Text, primary_key=True),
    sa.Column("cluster_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    # The promise as it is written, and by whom; from_file: the file rules over it.
    sa.Column("definition", Json, nullable=False),
    sa.Column("from_file", sa.Boolean, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    # How it stands. Without a standing `reason` says why there is none.
    sa.Column("standing", Json),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("evaluated_at", Moment),
    # Who evaluates takes the row by moving this; another does so only when it is long ago.
    sa.Column("taken_at", Moment),
    # Since when each alert of ours fires, and whether it was told that little is left.
    sa.Column("fast_since", Moment),
    sa.Column("slow_since", Moment),
    sa.Column("is_low", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.ForeignKeyConstraint(
        ["org_id", "cluster_id"],
        ["clusters.org_id", "clusters.id"],
        name="fk_slos_org_id_cluster_id",
    ),
    sa.Index("ix_slos_taken_at", "taken_at"),
)
