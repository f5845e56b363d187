"""Which entries of the timeline are about a service: those that name it, and what they were built from.

Who tells of commits seldom says of which services: their files and the deployments of them do.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend.db.tables.base import Moment
from backend.db.tables.changes import changes
from sre_agent.domain.services import ALL, ServiceEntry
from sre_agent.domain.timeline import ChangeKind

_SUFFIXES = ("-service", "-svc", "-server", "-app")
ASIDE = timedelta(days=1)
"""A commit comes to a branch, and goes live, within this."""
COMMIT_CHARS = 7
"""So many characters of a commit's hash tell it from others: tags of images often hold no more."""


def about(
    org_id: str,
    service: str,
    built_from: Sequence[ServiceEntry],
    since: datetime | None,
    until: datetime | None,
) -> sa.ColumnElement[bool]:
    """Return whether an entry is about a service.

    It names it, its files are in a folder or manifest that is called like it or in what the service is
    built from, or it is of a commit of which another entry says so that was told of a window, or
    within a day of it.
    """
    other = changes.alias("other")
    told = sa.select(other.c.commit_start).where(
        other.c.org_id == org_id,
        *([other.c.at >= sa.literal(since - ASIDE, Moment)] if since else []),
        *([other.c.at <= sa.literal(until + ASIDE, Moment)] if until else []),
        other.c.commit_start != "",
        _is_of(other, service, built_from),
    )
    return sa.or_(_is_of(changes, service, built_from), changes.c.commit_start.in_(told))


def _is_of(
    entry: sa.FromClause, service: str, built_from: Sequence[ServiceEntry]
) -> sa.ColumnElement[bool]:
    """Return whether an entry itself tells that it is about a service, or about what that is built from."""
    return sa.or_(_is_named(entry, service), *(_is_in(entry, each) for each in built_from))


def _is_in(entry: sa.FromClause, declared: ServiceEntry) -> sa.ColumnElement[bool]:
    """Return whether an entry is of the repository, and of one of the paths there, that a service is built from."""
    if not (declared.repository and declared.paths):
        return sa.false()
    is_there = sa.func.lower(entry.c.repository) == declared.repository.lower()
    if ALL in declared.paths:
        return is_there
    paths = sa.cast(entry.c.content["paths"], sa.Text)
    ways = (
        paths.contains(f'"{path}{end}', autoescape=True) for path in declared.paths for end in '/"'
    )
    return sa.case((is_there, sa.or_(*ways)), else_=False)


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
    is_anywhere = sa.cast(content, sa.Text).contains(_bare(service), autoescape=True)
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
