"""What every table shares: the metadata, the naming of constraints, the column types."""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Moment = sa.DateTime(timezone=True)
"""A point in time; microseconds are kept, which the hashes of events rely on."""

Json = sa.JSON(none_as_null=True)
"""JSON kept as the text it came in, so that a number keeps its spelling."""
