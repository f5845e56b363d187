"""Who knows the code that a change touched: who wrote, reviewed and merged it, who owns it, who wrote it before."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sre_agent.diagnosis.changes import hunks
from sre_agent.diagnosis.changes.known import Known
from sre_agent.diagnosis.changes.sources import Source
from sre_agent.diagnosis.incident.case import Repositories
from sre_agent.domain.attribution import Knower
from sre_agent.domain.ids import NO_EVIDENCE, EvidenceId
from sre_agent.domain.timeline import Change

TOLD_MAX = 6
HOW_MAX = 5
_SHORT = 7

_TRAILER = re.compile(
    r"^(Co-authored|Reviewed|Acked|Approved)-by:\s*([^<\n]{1,100}?)\s*(?:<[^>\n]*>)?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_BY_TRAILER: Mapping[str, str] = {
    "co-authored": "wrote the change",
    "reviewed": "reviewed it",
    "acked": "reviewed it",
    "approved": "approved it",
}
_Word = tuple[str, str, EvidenceId]
"""Who, how we know, and the evidence that says so."""


@dataclass(frozen=True)
class Owned:
    """What services are built from and who owns them, and in which of them a change went live."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    services: Collection[str] = ()


NOBODYS = Owned()


def of(
    seen: Repositories, known: Known, change: Change, source: EvidenceId, owned: Owned = NOBODYS
) -> tuple[Knower, ...]:
    """Return who knows the code of a change, those first who know most of it.

    Args:
        seen: what was seen of repositories.
        known: all changes.
        change: the one in question.
        source: the evidence in which it stands.
        owned: whose services it is in.
    """
    found: dict[str, list[_Word]] = {}
    for word in (
        *_makers(seen, known, change, source),
        *_owners(seen, change),
        *_owners_of_services(owned, change),
        *_earlier(seen, change),
    ):
        who = word[0].strip().removeprefix("@")
        if who:
            found.setdefault(who, []).append(word)
    return tuple(
        Knower(
            who=who,
            how=tuple(dict.fromkeys(how for _, how, _ in words))[:HOW_MAX],
            evidence_ids=tuple(dict.fromkeys(id_ for *_, id_ in words if id_ != NO_EVIDENCE)),
        )
        for who, words in list(found.items())[:TOLD_MAX]
    )


def _makers(
    seen: Repositories, known: Known, change: Change, source: EvidenceId
) -> Iterator[_Word]:
    for author in change.actor.split(", "):
        yield author, "wrote the change", source
    for word, who in _TRAILER.findall(change.message):
        yield who, _BY_TRAILER[word.lower()], source
    number = known.pull_request(change)
    for item in seen.pull_request_details:
        pull = item.fact.pull_request
        if item.fact.repository == change.repository and pull.number == number:
            yield item.fact.merged_by, f"merged #{number}", item.id


def _owners(seen: Repositories, change: Change) -> Iterator[_Word]:
    for item in seen.owners:
        for told in item.fact.paths if item.fact.repository == change.repository else ():
            if told.path in change.paths:
                for owner in told.owners:
                    yield owner, f"owns {told.pattern} ({item.fact.file}:{told.line})", item.id


def _owners_of_services(owned: Owned, change: Change) -> Iterator[_Word]:
    """Yield whom the operator's file calls owners of what the change is in."""
    its = {*owned.services, *change.services}
    for name, told in sorted(owned.sources.items()):
        if name in its or told.holds(change.repository, change.paths):
            for owner in told.owners:
                for id_ in told.evidence_ids[:1]:
                    yield owner, f"owns {name} ({told.file})", id_


def _earlier(seen: Repositories, change: Change) -> Iterator[_Word]:
    """Yield who wrote the lines that the change touched, before it."""
    touched = [
        (hunk.former_path, *hunk.was) for hunk in hunks.read(change.diff) if hunk.was is not None
    ]
    for item in seen.blames:
        for told in item.fact.ranges if item.fact.repository == change.repository else ():
            is_before = told.sha != change.commit
            if is_before and any(
                path == item.fact.path and told.first_line <= last and first <= told.last_line
                for path, first, last in touched
            ):
                how = f"wrote the lines before, {told.committed_at:%Y-%m-%d} ({told.sha[:_SHORT]})"
                yield told.author, how, item.id
