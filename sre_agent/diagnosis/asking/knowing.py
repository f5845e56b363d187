"""Whom to ask for about the code of a change: who owns it, who wrote it before, who let it in."""

from collections.abc import Iterator

from sre_agent.diagnosis.asking.questions import SPECIALIST_OF, Topic
from sre_agent.diagnosis.changes import hunks
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.proposing.attributing import Attribution
from sre_agent.domain.causes import Cause, Question
from sre_agent.domain.timeline import Change

PATHS_MAX = 20
BLAMED_MAX = 2
"""So many places of a change are looked at for who wrote them before."""

_Arguments = dict[str, str | int | bool]


def ask(case: Case, found: Attribution, cause: Cause) -> Iterator[Question]:
    """Ask about the change that a cause came with, unless nobody can look there or somebody did."""
    change = found.suspect
    is_its = change is not None and cause.facts.get("change") == found.known.name(change)
    if change is None or not is_its or not _can_be_asked(case, change):
        return
    seen = case.repositories
    number = found.known.pull_request(change)
    is_asked = any(item.fact.pull_request.number == number for item in seen.pull_request_details)
    if number and not is_asked:
        yield _question(cause, "get_pull_request", change, {"number": number})
    if change.paths and not any(item.fact.repository == change.repository for item in seen.owners):
        paths = ",".join(path for path in change.paths[:PATHS_MAX] if "," not in path)
        yield _question(cause, "codeowners", change, {"paths": paths})
    if not any(item.fact.repository == change.repository for item in seen.blames):
        for arguments in _places(found, change):
            yield _question(cause, "blame", change, arguments)


def _can_be_asked(case: Case, change: Change) -> bool:
    """Return whether the repository of a change was looked at before: others are not ours to ask."""
    return any(item.fact.repository == change.repository for item in case.repositories.lists)


def _places(found: Attribution, change: Change) -> Iterator[_Arguments]:
    """Yield what of which file the change took the place of, as it was before."""
    before = next(iter(found.known.parents.get(change.commit, ())), "")
    touched = [hunk for hunk in hunks.read(change.diff) if hunk.was] if before else []
    for hunk in touched[:BLAMED_MAX]:
        if hunk.was:
            first, last = hunk.was
            place: _Arguments = {"path": hunk.former_path, "ref": before}
            yield {**place, "first_line": first, "last_line": last}


def _question(cause: Cause, tool: str, change: Change, arguments: _Arguments) -> Question:
    return Question(
        specialist=SPECIALIST_OF[Topic.CODE],
        topic=Topic.CODE,
        object=cause.object,
        reason="a change of it is the cause: whoever knows the code should hear of it",
        tool=tool,
        arguments={**arguments, "repository": change.repository},
    )
