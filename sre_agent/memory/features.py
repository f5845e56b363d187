"""What makes an incident recognizable: typed facts of it, as sets of words by family."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sre_agent.diagnosis import changes
from sre_agent.diagnosis.incident import case, situation
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.weighing import precedent
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.logs import ErrorPattern
from sre_agent.safety import redaction

MAX_WORDS = 20
"""Of one family; an incident that shows more than this is not better known by more."""
WORD_CHARACTERS = 160
"""Of one word: what is longer is told apart by its beginning."""
TEMPLATE_CHARACTERS = 400
"""Of a log line's template, before anything is looked for in it."""
SUSPECT_CONFIDENCE = 0.3
"""A cause below this is not what the incident looks like."""
RELEASED_WITHIN = timedelta(minutes=30)
"""A release this long before the onset is what people would speak of."""

_NUMBER = re.compile(r"\d+")


class Family(StrEnum):
    """What kind of fact a word is; the words of a family are compared among themselves."""

    SERVICE = "service"
    FINGERPRINT = "fingerprint"
    ALERT = "alert"
    CAUSE = "cause"
    LOG = "log"
    STATE = "state"
    SIGNAL = "signal"
    RELEASE = "release"


@dataclass(frozen=True)
class Features:
    """The words of an incident, by family."""

    words: Mapping[Family, frozenset[str]]

    def of(self, family: Family) -> frozenset[str]:
        """Return the words of a family; none when nothing of it is known."""
        return self.words.get(family, frozenset())

    @property
    def tokens(self) -> tuple[str, ...]:
        """Return every word with its family before it, sorted: `alert:HighErrorRatio`."""
        found = (token(family, word) for family, words in self.words.items() for word in words)
        return tuple(sorted(found))


def token(family: Family, word: str) -> str:
    """Return the word as it is counted and looked up."""
    return f"{family}:{word}"


def parse(tokens: Iterable[str]) -> Features:
    """Return the features that the tokens were made from; families of another version are left out."""
    found: dict[Family, set[str]] = {}
    for item in tokens:
        family, _, word = item.partition(":")
        if family in set(Family):
            found.setdefault(Family(family), set()).add(word)
    return Features({family: frozenset(words) for family, words in found.items()})


def extract(
    incident: Incident, evidence: Sequence[Evidence], diagnosis: Diagnosis | None, now: datetime
) -> Features:
    """Return the features of an incident as far as it was looked at.

    What a log says is compared as text and counts for nothing else.
    """
    seen = situation.assess(case.build(evidence, incident, now))
    # Without what memory made of it: a memory does not confirm itself.
    causes = precedent.forget(diagnosis.causes) if diagnosis else ()
    words: dict[Family, Iterable[str]] = {
        Family.SERVICE: _services(incident),
        Family.FINGERPRINT: [alert.fingerprint for alert in incident.alerts],
        Family.ALERT: [alert.name for alert in incident.alerts],
        Family.CAUSE: [
            str(cause.fault_class) for cause in causes[:1] if cause.confidence >= SUSPECT_CONFIDENCE
        ],
        Family.LOG: _log_lines(seen.case),
        Family.STATE: _states(seen.case),
        Family.SIGNAL: _signals(seen),
        Family.RELEASE: _releases(seen),
    }
    return Features({family: _bounded(found) for family, found in words.items()})


def _services(incident: Incident) -> list[str]:
    return [f"{incident.namespace}/{incident.service}"] if incident.service else []


def _log_lines(known: Case) -> list[str]:
    """Return the error lines that are new, the most frequent first."""
    found: dict[str, int] = {}
    for seen in known.patterns.values():
        novel = [pattern for pattern in seen.fact.patterns if pattern.is_novel]
        for pattern in sorted(novel, key=lambda item: -item.count)[:MAX_WORDS]:
            line = _normal(pattern)
            found[line] = found.get(line, 0) + pattern.count
    return sorted(found, key=lambda line: (-found[line], line))


def _normal(pattern: ErrorPattern) -> str:
    """Return a template in one spelling: no secrets, no numbers, no differences of case."""
    flat = " ".join(redaction.redact(pattern.template[:TEMPLATE_CHARACTERS]).lower().split())
    return _NUMBER.sub("#", flat)


def _states(known: Case) -> set[str]:
    """Return why containers do not run, and what the cluster warns of."""
    found = {seen.fact.reason for seen in known.events if seen.fact.type == "Warning"}
    for workload in known.workloads.values():
        for pod in workload.fact.pods:
            for status in pod.containers:
                ends = (status.terminated, status.last_terminated)
                found |= {end.reason for end in ends if end is not None and end.exit_code != 0}
                found |= {status.reason} if status.state == "waiting" else set()
    return found


def _signals(seen: Situation) -> set[str]:
    found: set[str] = set()
    for health in (seen.health[ref] for ref in seen.anchors if ref in seen.health):
        found |= {"errors"} if health.errors or health.high_since else set()
        found |= {"latency"} if health.latency else set()
        found |= {"normal"} if health.is_normal else set()
    return found


def _releases(seen: Situation) -> set[str]:
    """Return whether anything was released shortly before its trouble; nothing if nobody looked."""
    looked_at = {*seen.case.workloads, *seen.case.histories}
    if not looked_at:
        return set()
    return {"recent"} if any(_is_recent(seen, ref) for ref in looked_at) else {"none"}


def _is_recent(seen: Situation, ref: ObjectRef) -> bool:
    onset = seen.onset(ref)
    return any(
        -onset.tolerance <= onset.at - release.started_at <= RELEASED_WITHIN
        for release in changes.releases(seen.case, ref)
        if not release.is_restart
    )


def _bounded(words: Iterable[str]) -> frozenset[str]:
    ordered = words if isinstance(words, list) else sorted(words)
    cut = dict.fromkeys(word[:WORD_CHARACTERS] for word in ordered if word)
    return frozenset(list(cut)[:MAX_WORDS])
