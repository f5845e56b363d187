"""The names and times in a question: those that exist, and those that do not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sre_agent.ask.asking import DAY_S, HOUR_S, MINUTE_S, SINCE_MAX_S, Known, Place

_INCIDENT = re.compile(r"\binc-[0-9a-z][0-9a-z-]{0,60}", re.IGNORECASE)
_EVIDENCE = re.compile(
    r"\b(?:evidence|fact)\s+([a-z][a-z0-9]*-[0-9][0-9.a-z-]{0,40})", re.IGNORECASE
)
_NAME = re.compile(r"[A-Za-z0-9][-A-Za-z0-9._]*(?:/[A-Za-z0-9][-A-Za-z0-9._]*)?")
_AFTER = re.compile(
    r"\b(?:of|for|owns?|to|about|with|does|service|namespace)\s+(?:the\s+)?(?:service\s+|namespace\s+)?"
    r"([A-Za-z0-9][-A-Za-z0-9._]*(?:/[A-Za-z0-9][-A-Za-z0-9._]*)?)"
)
_SPAN = re.compile(
    r"\b(?:last|past|previous)\s+(\d{1,5})?\s*"
    r"(minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\bsince\s+([01]?\d|2[0-3]):([0-5]\d)\b", re.IGNORECASE)
_UNITS = {"m": MINUTE_S, "h": HOUR_S, "d": DAY_S, "w": 7 * DAY_S}
_DAYS = {"today": 0, "yesterday": 1}

_COMMON = frozenset(
    [
        "a",
        "all",
        "an",
        "and",
        "any",
        "approval",
        "budget",
        "budgets",
        "cause",
        "changes",
        "cluster",
        "each",
        "error",
        "errors",
        "every",
        "everything",
        "for",
        "going",
        "happen",
        "happened",
        "have",
        "human",
        "incident",
        "incidents",
        "it",
        "its",
        "last",
        "left",
        "longer",
        "me",
        "my",
        "namespace",
        "new",
        "now",
        "of",
        "open",
        "our",
        "past",
        "people",
        "person",
        "plan",
        "plans",
        "previous",
        "right",
        "runbook",
        "runbooks",
        "fit",
        "fits",
        "fix",
        "how",
        "is",
        "in",
        "on",
        "service",
        "services",
        "should",
        "slo",
        "slos",
        "somebody",
        "someone",
        "stand",
        "that",
        "the",
        "them",
        "there",
        "these",
        "this",
        "those",
        "today",
        "us",
        "wait",
        "what",
        "which",
        "who",
        "why",
        "yesterday",
        "you",
    ]
)


@dataclass(frozen=True)
class Names:
    """What a question names. `places` are all that one name may mean, `unknown` what nobody has."""

    incidents: tuple[str, ...]
    places: tuple[Place, ...]
    slo: str
    evidence: str
    unknown: str


def find(text: str, known: Known) -> Names:
    """Return the names in a question, each held against those that exist."""
    incidents = tuple(
        dict.fromkeys(item.group().lower().rstrip("-") for item in _INCIDENT.finditer(text))
    )
    rest = _INCIDENT.sub(" ", text)
    slo = next((name for name in _words(rest) if name in known.slos), "")
    places = _places(rest, known)
    evidence = _EVIDENCE.search(rest)
    return Names(
        incidents=incidents,
        places=places,
        slo=slo,
        evidence=evidence[1] if evidence else "",
        unknown="" if places or slo or incidents else _unknown(rest, known),
    )


def since_s(text: str, now: datetime) -> int:
    """Return how far back a question looks, in seconds; 0 where it does not say."""
    found = _SPAN.search(text)
    if found:
        return min(int(found[1] or 1) * _UNITS[found[2][0].lower()], SINCE_MAX_S)
    clock = _CLOCK.search(text)
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if clock:
        at = today + timedelta(hours=int(clock[1]), minutes=int(clock[2]))
        at -= timedelta(days=1) if at >= now else timedelta()
        return max(int((now - at).total_seconds()), MINUTE_S)
    for word, days in _DAYS.items():
        if re.search(rf"\b{word}\b", text, re.IGNORECASE):
            return max(int((now - today).total_seconds()) + days * DAY_S, MINUTE_S)
    return 0


def other_words(text: str) -> str:
    """Return the words that say what about, without those that any question has."""
    said = (word for word in _words(text) if word.lower() not in _COMMON and len(word) > 1)
    return " ".join(dict.fromkeys(said))[:200]


def _words(text: str) -> Iterator[str]:
    yield from (item.group().rstrip("._") for item in _NAME.finditer(text))


def _places(text: str, known: Known) -> tuple[Place, ...]:
    """Return what the first name that is one may mean; the whole one before the short one."""
    words = list(_words(text))
    for word in words:
        exact = tuple(place for place in known.places if place.told == word)
        if exact:
            return exact
    for word in words:
        named = tuple(place for place in known.places if place.service == word)
        if named and word.lower() not in _COMMON:
            return _within(named, words)
    for word in words:
        if any(place.namespace == word for place in known.places):
            return (Place(namespace=word),)
    return ()


def _within(named: tuple[Place, ...], words: list[str]) -> tuple[Place, ...]:
    """Return those of several services of one name whose namespace is named as well, if it is."""
    narrower = tuple(place for place in named if place.namespace in words)
    return narrower or named


def _unknown(text: str, known: Known) -> str:
    """Return a name that stands where a name of a service would, and is none."""
    for item in _AFTER.finditer(text):
        word = item[1].rstrip("._")
        if word.lower() not in _COMMON and not word.isdigit() and word not in known.slos:
            return word
    return ""
