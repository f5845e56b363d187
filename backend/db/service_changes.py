"""Which entries of the timeline are about a service: those that name it, and what they were built from.

Who tells of commits seldom says of which services: their files and the deployments of them do.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend.db.tables.base import Moment
from backend.db.tables.changes import changes
from sre_agent.domain.timeline import ChangeKind

_SUFFIXES = ("-service", "-svc", "-server", "-app")
ASIDE = timedelta(days=1)
"""A commit comes to a branch, and goes live, within this."""
_COMMIT = r'"commit": ?"([0-9a-f]{7})'
"""So many characters of a commit's hash tell it from others: tags of images often hold no more."""


def about(
    org_id: str, service: str, since: datetime | None, until: datetime | None
) -> sa.ColumnElement[bool]:
    """Return whether an entry is about a service.

    It names it, its files are in a folder or manifest that is called like it, or it is of a commit of
    which another entry says so that was told of a window, or within a day of it.
    """
    other = changes.alias("other")
    told = sa.select(_commit(other)).where(
        other.c.org_id == org_id,
        *([other.c.at >= sa.literal(since - ASIDE, Moment)] if since else []),
        *([other.c.at <= sa.literal(until + ASIDE, Moment)] if until else []),
        _commit(other).is_not(None),
        _is_named(other, service),
    )
    return sa.or_(_is_named(changes, service), _commit(changes).in_(told))


def _commit(entry: sa.FromClause) -> sa.ColumnElement[str | None]:
    """Return the begin of an entry's commit, null where it has none; the whole entry is not parsed."""
    return sa.func.substring(_text(entry), _COMMIT)


def _text(entry: sa.FromClause) -> sa.ColumnElement[str]:
    return sa.cast(entry.c.content, sa.Text)


def _is_named(entry: sa.FromClause, service: str) -> sa.ColumnElement[bool]:
    """Return whether an entry names a service; only one that has its name anywhere is parsed."""
    content = entry.c.content
    word = rf"(^|[^A-Za-z0-9-]){re.escape(service)}($|[^A-Za-z0-9-])"
    is_deployed = sa.and_(
        entry.c.kind == ChangeKind.DEPLOY.value,
        sa.or_(
            content["environment"].as_string() == service,
            content["summary"].as_string().regexp_match(word),
            sa.and_(
                entry.c.services == sa.cast([], entry.c.services.type),
                entry.c.repository.endswith(f"/{service}", autoescape=True),
            ),
        ),
    )
    paths = sa.cast(content["paths"], sa.Text)
    touched = (paths.contains(part, autoescape=True) for part in _parts(service))
    is_said = sa.or_(entry.c.services.contains([service]), is_deployed, *touched)
    is_anywhere = _text(entry).contains(_bare(service), autoescape=True)
    return sa.case((is_anywhere, is_said), else_=False)


def _bare(service: str) -> str:
    """Return what folders call a service."""
    ends = (end for end in _SUFFIXES if service.endswith(end) and service != end)
    return service.removesuffix(next(ends, ""))


def _parts(service: str) -> Iterator[str]:
    """Yield how a list of paths reads, as JSON, in which a folder or a manifest is called like a service."""
    for name in dict.fromkeys((service, _bare(service))):
        for start in ('"', "/"):
            yield f"{start}{name}/"
            yield f'{start}{name}.yaml"'
            yield f'{start}{name}.yml"'
