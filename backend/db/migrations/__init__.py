"""The history of the schema, shipped with the package and applied by one function."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from procrastinate.schema import SchemaManager

from backend.db.engine import sqlalchemy_url

_LOCK = 0x5E_A6_E7
"""Advisory lock number: of several programs that start at once, one migrates."""


def migrate(database_url: str) -> None:
    """Bring the schema to the newest revision, the queue's tables included; safe to repeat."""
    engine = sa.create_engine(sqlalchemy_url(database_url), poolclass=sa.NullPool)
    try:
        with engine.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            _install_queue(connection)
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(Path(__file__).parent))
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _install_queue(connection: sa.Connection) -> None:
    if connection.execute(sa.text("SELECT to_regclass('procrastinate_jobs')")).scalar() is None:
        # Its functions contain percent signs: sent as it is, without parameters.
        connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
