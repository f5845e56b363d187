"""A runbook, wherever it is kept, and how long ago somebody found it right."""

from dataclasses import dataclass
from datetime import date, timedelta

from mcp_servers.runbooks.answers import Head, Step
from mcp_servers.runbooks.front_matter import Meta
from mcp_servers.runbooks.markdown import Section, sections
from mcp_servers.runbooks.steps import read

STALE_AFTER_DAYS = 90
_ZONES = timedelta(days=1)
"""It is tomorrow already somewhere."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a runbook without reading it whole.

    `words` is its text as far as it was read, to search in; `name` is what people call its place.
    """

    id: str
    source: str
    name: str
    url: str
    meta: Meta
    words: str = ""


@dataclass(frozen=True, slots=True)
class Runbook:
    """A runbook, read whole."""

    entry: Entry
    sections: tuple[Section, ...]
    steps: tuple[Step, ...]
    problems: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def whole(entry: Entry, markdown: str, left_out: tuple[str, ...] = ()) -> Runbook:
    """Return the runbook that a Markdown text is."""
    found = read(entry.meta.steps, markdown)
    return Runbook(entry, sections(markdown), found.usable, found.problems, left_out)


def age_days(last_validated: date | None, today: date) -> int | None:
    """Return how old a validation is, None when there is none; one in the future is none."""
    if last_validated is None or last_validated > today + _ZONES:
        return None
    return max(0, (today - last_validated).days)


def is_stale(age: int | None, days: int = STALE_AFTER_DAYS) -> bool:
    """Return whether a validation is older than `days`, or missing."""
    return age is None or age > days


def head(entry: Entry, today: date) -> Head:
    """Return what a runbook says of itself, with its age."""
    meta, age = entry.meta, age_days(entry.meta.last_validated, today)
    return Head(
        id=entry.id,
        title=meta.title,
        source=entry.source,
        url=entry.url,
        services=meta.service,
        alerts=meta.alert,
        fault_classes=meta.fault_class,
        playbooks=meta.playbook,
        owner=meta.owner,
        last_validated=meta.last_validated,
        age_days=age,
        is_stale=is_stale(age),
    )
