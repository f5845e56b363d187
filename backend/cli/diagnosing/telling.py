"""A diagnosis as lines for a person, or as JSON; whatever it quotes is masked and made plain."""

from collections.abc import Iterator, Mapping
from typing import Any

from backend.cli.plain import escape
from backend.plain import plain
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis, Finding, Stance
from sre_agent.domain.likelihood import in_percent
from sre_agent.safety.redaction import redact, redact_json

SHOWN = 3
"""So many causes are told in full; JSON has all of them."""
_NAMED = {
    Conclusion.CAUSE_FOUND: "[bold green]Cause found[/]",
    Conclusion.NOTHING_WRONG: "[bold green]Nothing wrong[/]",
    Conclusion.UNDECIDED: "[bold yellow]No cause established[/]",
    Conclusion.REPAIR_UNDER_WAY: "[bold yellow]A repair is under way[/]",
}


def lines(diagnosis: Diagnosis, unseen: Mapping[str, str]) -> Iterator[str]:
    """Yield the diagnosis as lines of console markup.

    Args:
        diagnosis: what was concluded.
        unseen: what was not read, with the reason.
    """
    yield f"{_NAMED[diagnosis.conclusion]}: {_told(diagnosis.reason)}"
    for number, cause in enumerate(diagnosis.causes[:SHOWN], start=1):
        yield ""
        yield from _cause(number, cause)
    more = len(diagnosis.causes) - SHOWN
    if more > 0:
        yield ""
        yield f"[dim]{more} less likely: --json shows them[/]"
    if diagnosis.abstained and diagnosis.questions:
        yield ""
        yield "What would tell:"
        yield from (
            f"  {_told(item.topic)} of {_told(str(item.object))}: {_told(item.reason)}"
            for item in diagnosis.questions
        )
    if unseen:
        yield ""
        yield "[dim]Not seen:[/]"
        yield from (f"[dim]  {_told(name)}: {_told(why)}[/]" for name, why in unseen.items())


def _cause(number: int, cause: Cause) -> Iterator[str]:
    yield f"[bold]{number}. {_told(cause.fault_class)}[/] of {_told(str(cause.object))}  {in_percent(cause.confidence)}"
    for told in cause.explanation or (cause.statement,):
        yield f"   {_told(told)}"
    for finding in cause.findings:
        yield _finding(finding)


def _finding(finding: Finding) -> str:
    is_for = finding.stance is Stance.FOR
    mark = "[green]+[/]" if is_for else "[red]-[/]"
    cited = _told(", ".join(finding.evidence_ids))
    return f"   {mark} {finding.weight:.1f} {_told(finding.statement)} [dim]({cited})[/]"


def as_json(diagnosis: Diagnosis, unseen: Mapping[str, str], read: Mapping[str, str]) -> Any:
    """Return the diagnosis as JSON, with what it was read from."""
    told = {**diagnosis.model_dump(mode="json"), "read": dict(read), "not_seen": dict(unseen)}
    return plain(redact_json(told))


def _told(text: str) -> str:
    return escape(plain(redact(text)))
