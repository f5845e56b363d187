"""What the tools answer. A runbook's text is shown as text; only its typed steps are for programs."""

from datetime import date

from mcp_servers.common.envelope import Record


class Head(Record):
    """What a runbook says of itself; no service means any service."""

    id: str
    title: str
    source: str
    url: str
    services: tuple[str, ...]
    alerts: tuple[str, ...]
    fault_classes: tuple[str, ...]
    playbooks: tuple[str, ...]
    owner: str
    last_validated: date | None
    age_days: int | None
    is_stale: bool


class Match(Head):
    """A runbook that was found, and why."""

    score: float
    matched: tuple[str, ...]
    why: str


class Matches(Record):
    """What a search found, the best first."""

    alert: str
    service: str
    query: str
    fault_class: str
    matches: tuple[Match, ...]


class Step(Record):
    """One typed step; no `when` means whenever the runbook applies."""

    action: str
    arguments: dict[str, str | int | float | bool]
    when: tuple[str, ...]
    note: str


class Section(Record):
    """A heading and the Markdown under it; level 0 is the text before the first heading."""

    heading: str
    level: int
    markdown: str


class Whole(Head):
    """One runbook, whole; `problems` are its steps that could not be read."""

    sections: tuple[Section, ...]
    steps: tuple[Step, ...]
    problems: tuple[str, ...]


class Stale(Record):
    """Runbooks that nobody validated within the last `days`, the oldest first."""

    days: int
    total: int
    runbooks: tuple[Head, ...]
