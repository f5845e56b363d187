"""Which failures pass by themselves: a database that restarts, a connection that broke."""

import psycopg
import sqlalchemy as sa

from sre_agent.domain.errors import TransientError

# A pool that has no connection in time raises a subclass of psycopg's.
_PASSING = (
    TransientError,
    sa.exc.OperationalError,
    sa.exc.InterfaceError,
    sa.exc.TimeoutError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    ConnectionError,
)


def find(error: BaseException) -> BaseException | None:
    """Return the failure worth another attempt: the error, or one in its group; else None."""
    if isinstance(error, _PASSING):
        return error
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(find, error.exceptions)), None)
    return None


def to_transient(error: BaseException) -> TransientError:
    """Return the error as one for which the queue tries again."""
    if isinstance(error, TransientError):
        return error
    return TransientError(f"{type(error).__name__}: {error}".partition("\n")[0])
