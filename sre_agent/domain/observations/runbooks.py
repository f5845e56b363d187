"""What the runbooks server's tools answer. Their text is shown as text; only typed steps can be used."""

from datetime import date

from sre_agent.domain.model import Observation


class RunbookHead(Observation):
    """What a runbook says of itself.

    `id` is what it is fetched by; `source` says where it is kept. An empty `services` means that it
    is for any service. `last_validated` is when a person last found it right, `age_days` how long
    ago that was when it was read; a runbook that nobody ever validated is stale.
    """

    id: str
    title: str
    source: str
    url: str = ""
    services: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    fault_classes: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    owner: str = ""
    last_validated: date | None = None
    age_days: int | None = None
    is_stale: bool


class RunbookMatch(RunbookHead):
    """A runbook that was found: `matched` names what matched, from alert, fault_class, service and words."""

    score: float
    matched: tuple[str, ...]
    why: str


class RunbookMatches(Observation):
    """`search_runbooks`, the best first."""

    alert: str = ""
    service: str = ""
    query: str = ""
    fault_class: str = ""
    matches: tuple[RunbookMatch, ...]


class StaleRunbooks(Observation):
    """`list_stale`: runbooks last validated more than `days` ago or never, out of `total`."""

    days: int
    total: int
    runbooks: tuple[RunbookHead, ...]


class RunbookStep(Observation):
    """One typed step: an action of the platform's own list, its arguments, and for which faults.

    An empty `when` means whenever the runbook applies. The object of the action is never named: it
    is the one that the cause is about.
    """

    action: str
    arguments: dict[str, str | int | float | bool]
    when: tuple[str, ...] = ()
    note: str = ""


class RunbookSection(Observation):
    """A heading and the Markdown under it; the text before the first heading has level 0."""

    heading: str
    level: int
    markdown: str


class Runbook(RunbookHead):
    """`get_runbook`: the whole of one. `problems` are the steps that could not be read."""

    sections: tuple[RunbookSection, ...]
    steps: tuple[RunbookStep, ...] = ()
    problems: tuple[str, ...] = ()
