"""Whether a change explains an incident: which one, why not the others, or that none does."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.model import Value
from sre_agent.domain.timeline import ChangeKind


class Explained(StrEnum):
    """What a place of a diff stands next to."""

    STACK_FRAME = "stack_frame"
    LOG_LINE = "log_line"
    SETTING = "setting"
    """A key of a workload's own template, as its cluster shows it."""


class Explanation(Value):
    """Lines of a diff next to what they explain.

    `said` is that frame, line or setting as it was seen; `path` and `line` are the place in the file as
    the change left it (line 0 where that is not known), `hunk` the lines there, each with its sign.
    `evidence_ids` are of the diff and of what it explains.
    """

    what: Explained
    said: str
    path: str
    line: int = 0
    hunk: str
    evidence_ids: tuple[EvidenceId, ...] = Field(min_length=1)


class Knower(Value):
    """Somebody who knows the code that was changed, and how we know: who wrote it, owns it, merged it."""

    who: str
    how: tuple[str, ...]
    evidence_ids: tuple[EvidenceId, ...] = ()


class JudgedChange(Value):
    """A change, and what speaks for its guilt and against it, the weightiest first.

    `id` is that of its entry in the timeline, or `github:owner/name@commit` of one that was only seen
    in its repository. `explains` and `known_by` are told of the suspect.
    """

    id: str
    kind: ChangeKind
    summary: str
    at: datetime
    actor: str = ""
    link: str = ""
    repository: str = ""
    commit: str = ""
    pull_request: int | None = None
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()
    explains: tuple[Explanation, ...] = ()
    known_by: tuple[Knower, ...] = ()
    evidence_ids: tuple[EvidenceId, ...] = ()


class ChangeVerdict(Value):
    """What the changes near the onset add up to.

    `suspect` is the change that explains what fails, None where none does. `ruled_out` are the
    others that were in effect before the onset, the likeliest first; `later` counts those that came
    after it, `left_out` those that were ruled out and are not told. `confidence` is the probability
    that the verdict is right, between 0 and 1.
    """

    suspect: JudgedChange | None
    ruled_out: tuple[JudgedChange, ...] = ()
    later: int = 0
    left_out: int = 0
    onset_at: datetime
    confidence: float = Field(ge=0, le=1)
    reason: str
