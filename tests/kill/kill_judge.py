"""Whether an incident came through: by what the target was told and what the database holds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from kill_cluster import BAD, GOOD
from kill_story import Course, Kind
from kill_target import Deed

DONE = frozenset({"applied", "already_applied"})

_EVENTS = "SELECT kind, payload FROM events WHERE incident_id = %s ORDER BY seq"
_CLAIMS = "SELECT count(*) FROM target_claims WHERE incident_id = %s"
_LINKS = """
    SELECT count(*) FROM (
        SELECT prev_hash, lag(hash) OVER (ORDER BY seq) AS before, seq,
            row_number() OVER (ORDER BY seq) AS place
        FROM events WHERE incident_id = %s) AS linked
    WHERE place <> seq OR (before IS NOT NULL AND before <> prev_hash)
"""


@dataclass(frozen=True)
class Facts:
    """All that is judged: the run as it went, the target's record, and the rows of the incident."""

    course: Course
    deeds: Sequence[Deed]
    events: Sequence[tuple[str, dict[str, Any]]]
    claims: int = 0
    broken_links: int = 0

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the payloads of the events of a kind."""
        return [payload for name, payload in self.events if name == kind]


@dataclass
class Verdict:
    """What went wrong, in sentences, by what it counts as."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Return whether nothing went wrong."""
        return not (self.lost or self.twice or self.stuck or self.wrong)


def gather(
    course: Course, deeds: Sequence[Deed], connection: psycopg.Connection[tuple[Any, ...]]
) -> Facts:
    """Read what the database holds of the run's incident."""
    id_ = (course.look.incident_id,)
    return Facts(
        course=course,
        deeds=deeds,
        events=[(str(row[0]), row[1]) for row in connection.execute(_EVENTS, id_)],
        claims=_number(connection, _CLAIMS, id_),
        broken_links=_number(connection, _LINKS, id_),
    )


def judge(facts: Facts) -> Verdict:
    """Hold the facts against what must be true of every run, however it was killed."""
    if facts.course.look.incidents == 0:
        return Verdict(lost=["the alert opened no incident"])
    return Verdict(
        lost=list(_lost(facts)),
        twice=list(_twice(facts)),
        stuck=list(_stuck(facts)),
        wrong=list(_wrong(facts)),
    )


def _lost(facts: Facts) -> Iterator[str]:
    if not facts.course.is_stuck and not facts.of("report_written"):
        yield "it ended without a report"


def _twice(facts: Facts) -> Iterator[str]:
    grants = Counter(deed.grant_id for deed in facts.deeds)
    yield from (f"grant {name} was carried out {n} times" for name, n in grants.items() if n > 1)
    images = [deed.image for deed in facts.deeds]
    allowed = [GOOD, BAD] if facts.course.kind is Kind.IN_VAIN else [GOOD]
    if images != allowed[: len(images)]:
        yield f"the target was told {images}"
    for kind in ("approval_requested", "action_started", "action_finished", "report_written"):
        keys = Counter(_key(payload) for payload in facts.of(kind))
        yield from (f"{n} times {kind} of {key}" for key, n in keys.items() if n > 1)
    if facts.course.look.incidents > 1:
        yield f"{facts.course.look.incidents} incidents for one alert"


def _key(payload: dict[str, Any]) -> str:
    return str(payload.get("action_id") or payload.get("plan_sha256") or "the incident")


def _stuck(facts: Facts) -> Iterator[str]:
    look = facts.course.look
    if facts.course.is_stuck:
        yield f"it stands at {look.status}"
    if look.jobs:
        yield f"{look.jobs} of its jobs are still in the queue"
    if facts.claims:
        yield f"it still claims {facts.claims} objects"


def _wrong(facts: Facts) -> Iterator[str]:
    if facts.broken_links:
        yield f"{facts.broken_links} links of its chain do not hold"
    yield from _dishonest(facts)
    status, done = facts.course.look.status, len(facts.deeds)
    if status == "resolved" and (done != 1 or facts.course.kind in {Kind.IN_VAIN, Kind.REJECTED}):
        yield f"resolved after {done} writes"
    if facts.course.kind is Kind.REJECTED and done:
        yield f"{done} writes of a rejected plan"
    if facts.course.kind is Kind.PAIR and done and len(_willing(facts)) < 2:
        yield f"{done} writes although only {_willing(facts)} said yes of two who had to"
    if _only_brain_died(facts) and status != _expected(facts.course.kind):
        yield f"it ended as {status} although nobody it asks was away"


def _willing(facts: Facts) -> list[str]:
    """Return who said yes before the first write."""
    kinds = [kind for kind, _ in facts.events]
    begun = kinds.index("action_started") if "action_started" in kinds else len(kinds)
    answers = [
        payload
        for kind, payload in facts.events[:begun]
        if kind in {"approval_given", "approval_decided"} and payload["verdict"] == "approved"
    ]
    return sorted({str(answer["person"]) for answer in answers})


def _dishonest(facts: Facts) -> Iterator[str]:
    """Compare what the log says of each action with what the target was told."""
    told = {deed.grant_id for deed in facts.deeds}
    finished = {str(payload["grant_id"]): payload for payload in facts.of("action_finished")}
    for grant_id in sorted(told - finished.keys()):
        yield f"nothing is recorded of the write by grant {grant_id}"
    for grant_id, payload in finished.items():
        if payload["outcome"] in DONE and grant_id not in told:
            yield f"{payload['outcome']} is recorded of {grant_id}, which the target does not know"
        if payload["outcome"] == "refused" and grant_id in told:
            yield f"a refusal is recorded of {grant_id}, which was carried out"


def _only_brain_died(facts: Facts) -> bool:
    """Return whether all that was asked was there: then the end is that of a run nobody killed."""
    return all(name == "api" or name.startswith("worker") for name in facts.course.deaths)


def _expected(kind: Kind) -> str:
    return "escalated" if kind in {Kind.IN_VAIN, Kind.REJECTED} else "resolved"


def _number(
    connection: psycopg.Connection[tuple[Any, ...]], query: Any, parameters: tuple[str]
) -> int:
    row = connection.execute(query, parameters).fetchone()
    return int(row[0]) if row else 0
