"""What the changes near an incident explain, as a terminal shows it."""

from collections.abc import Iterator, Mapping
from typing import Any

from sre_agent.domain.attribution import ChangeVerdict, Explanation
from sre_agent.planning import change_lines

_SIGNS = ("+", "-")


def briefly(told: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield which change explains it, and the closest place of its diff: what it takes away and adds."""
    verdict = ChangeVerdict.model_validate(told) if told else None
    if verdict is None:
        return
    yield f"changes: {verdict.reason}"
    for item in verdict.suspect.explains[:1] if verdict.suspect else ():
        yield f"  {change_lines.explanation(item)}"
        yield from (f"    {row}" for row in change_lines.rows(item) if row.startswith(_SIGNS))


def lines(told: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield all of it: each place of the diff, who knows that code, and why it was not the others."""
    verdict = ChangeVerdict.model_validate(told) if told else None
    if verdict is None:
        return
    yield verdict.reason
    if verdict.suspect:
        yield f"  {change_lines.suspect(verdict.suspect)}"
        for item in verdict.suspect.explains:
            yield from _place(item)
        if verdict.suspect.known_by:
            yield f"  who knows this code: {change_lines.known_by(verdict.suspect.known_by)}"
    for said in change_lines.ruled_out(verdict):
        yield f"  ruled out: {said}"


def _place(item: Explanation) -> Iterator[str]:
    yield f"  {change_lines.explanation(item)} ({', '.join(item.evidence_ids)})"
    yield from (f"    {row}" for row in change_lines.rows(item))
