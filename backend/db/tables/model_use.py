"""What language models took, or may be taking at this moment."""

import sqlalchemy as sa

from backend.db.tables.base import Moment, metadata

model_use = sa.Table(
    "model_use",
    metadata,
    # One row for each question. Until it is settled tokens, money and seconds are the most that it can take,
    # and of a question that nobody settles, because its worker died, they stay that.
    # Without an incident somebody asked a question of their own.
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, nullable=False),
    sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.id")),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    # When an answer can no longer come.
    sa.Column("ends_at", Moment, nullable=False),
    sa.Column("settled_at", Moment),
    sa.Column("tokens", sa.BigInteger, nullable=False),
    # Millionths of a dollar; null where nobody knows the model's price.
    sa.Column("micro_usd", sa.BigInteger),
    sa.Column("seconds", sa.Double, nullable=False),
    # Of the tokens, once it is settled; estimated where the provider did not count.
    sa.Column("input_tokens", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("output_tokens", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("is_estimated", sa.Boolean, nullable=False, server_default=sa.true()),
    # What became of it; a question that a limit did not allow took nothing, and `refused_by` names the setting.
    sa.Column("outcome", sa.Text),
    sa.Column("refused_by", sa.Text),
    sa.Index("ix_model_use_incident_id", "incident_id"),
    sa.Index("ix_model_use_at", "at"),
    sa.Index("ix_model_use_org_id_at", "org_id", "at"),
)
