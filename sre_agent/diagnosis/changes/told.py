"""What is known of an incident, of which the side that changes have to explain is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sre_agent.diagnosis.changes.sources import Source
from sre_agent.diagnosis.incident.situation import ONSET_TOLERANCE_S
from sre_agent.domain.changes import CodeSeen, Commit, Deploy, FlagChange, StatusNotice
from sre_agent.domain.telemetry.lines import LogLine
from sre_agent.domain.telemetry.spans import Span
from sre_agent.domain.telemetry.tables import MetricTable


@dataclass(frozen=True)
class Signature:
    """A wording that lines share: how many there were, and how many more than before."""

    service: str
    text: str
    count: int
    more: int
    is_bad: bool


@dataclass(frozen=True)
class Told:
    """What is known of an incident; every part but the alert may be empty.

    `tolerance_s` is how finely the onset is known: what went live so much after it may have been first.
    `parents` are what commits stand on, by their hashes. `environment` is where it is, where that is known.
    """

    service: str
    text: str
    fired_at_s: float
    tolerance_s: float = ONSET_TOLERANCE_S
    metric: str = ""
    table: MetricTable | None = None
    lines: Sequence[LogLine] = ()
    signatures: Sequence[Signature] = ()
    spans: Sequence[Span] = ()
    commits: Sequence[Commit] = ()
    deploys: Sequence[Deploy] = ()
    flags: Sequence[FlagChange] = ()
    notices: Sequence[StatusNotice] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    code: Sequence[CodeSeen] = ()
    gone: frozenset[str] = frozenset()
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    environment: str = ""
