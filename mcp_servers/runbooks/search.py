"""Which runbooks answer a question: the alert, the class of fault, the service, then the words."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mcp_servers.runbooks.runbook import Entry

ALERT_SCORE = 10.0
CLASS_SCORE = 7.0
"""What is wrong says more of what to do than whom it befell, and less than what was written for it."""
SERVICE_SCORE = 5.0
WORDS_SCORE_MAX = 4.0
"""Words alone never outweigh a service, nor that an alert."""

_WORD = re.compile(r"[a-z]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_COMMON = frozenset(
    _WORD.findall(
        "a an and are as at be by for from has have how if in into is it kube kubernetes not of on "
        "or out so than that the their them then there this to was what when where which with"
    )
)
_WORDS_ALONE = ("words",)
_K1, _B = 1.2, 0.75
_TITLE_WEIGHT = 4
MAX_KNOWN = 4096
"""Of so many texts the words stay counted: counting them with every question takes a second."""

_HALF_SCORE = 4.0
"""The sum of word scores that earns half of what words can earn."""


class Asked(NamedTuple):
    """What is looked for; each part may be empty."""

    alert: str
    service: str
    query: str
    fault_class: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A runbook that matches, how well, and in what."""

    entry: Entry
    score: float
    matched: tuple[str, ...]
    why: str


def find(entries: Sequence[Entry], asked: Asked) -> list[Hit]:
    """Return the runbooks that match, the best first; of equals, in the order given.

    With a service asked for, runbooks of other services do not match, whatever else they share.
    """
    tokens = [_tokens_of(entry) for entry in entries]
    wanted = sorted(set(_words(f"{asked.alert} {asked.query}")))
    scores = _bm25(tokens, wanted)
    hits = []
    for entry, words, score in zip(entries, tokens, scores, strict=True):
        if _is_of_others(entry, asked.service):
            continue
        hit = _hit(entry, asked, score, [word for word in wanted if words[word]])
        if hit.matched:
            hits.append(hit)
    if not asked.query and any(hit.matched != _WORDS_ALONE for hit in hits):
        # The words of an alert's name are a guess for when nothing bears that name.
        hits = [hit for hit in hits if hit.matched != _WORDS_ALONE]
    return sorted(hits, key=lambda hit: -hit.score)


def _hit(entry: Entry, asked: Asked, words_score: float, words: list[str]) -> Hit:
    parts: list[tuple[str, float, str]] = []
    if asked.alert and _among(asked.alert, entry.meta.alert):
        parts.append(("alert", ALERT_SCORE, f"it is for the alert {asked.alert}"))
    if asked.fault_class and _among(asked.fault_class, entry.meta.fault_class):
        parts.append(("fault_class", CLASS_SCORE, f"it is for {asked.fault_class}"))
    if asked.service and _among(asked.service, entry.meta.service):
        parts.append(("service", SERVICE_SCORE, f"it is for the service {asked.service}"))
    if words:
        score = WORDS_SCORE_MAX * words_score / (words_score + _HALF_SCORE)
        parts.append(("words", score, f"it has the words {', '.join(words[:8])}"))
    return Hit(
        entry,
        round(sum(score for _, score, _ in parts), 3),
        tuple(name for name, _, _ in parts),
        "; ".join(why for _, _, why in parts),
    )


def _among(name: str, names: Sequence[str]) -> bool:
    return name.casefold() in {item.casefold() for item in names}


def _is_of_others(entry: Entry, service: str) -> bool:
    return bool(service and entry.meta.service) and not _among(service, entry.meta.service)


def _tokens_of(entry: Entry) -> Counter[str]:
    """Return how often each word occurs; what a runbook is called counts several times."""
    meta = entry.meta
    told = (meta.title, *meta.alert, *meta.fault_class, *meta.keywords, *meta.service)
    return _counted(" ".join(told), entry.words)


@lru_cache(maxsize=MAX_KNOWN)
def _counted(told: str, text: str) -> Counter[str]:
    found = Counter(_words(text))
    for word in _words(told):
        found[word] += _TITLE_WEIGHT
    return found


def _words(text: str) -> list[str]:
    """Return the words of a text; `KubePodCrashLooping` holds `pod`, `crash` and `looping`."""
    return [
        word
        for word in _WORD.findall(_CAMEL.sub(" ", text).lower())
        if word not in _COMMON and len(word) > 1
    ]


def _bm25(documents: Sequence[Counter[str]], wanted: Sequence[str]) -> list[float]:
    """Return each document's BM25 score for the words wanted."""
    lengths = [document.total() for document in documents]
    mean = sum(lengths) / len(lengths) if any(lengths) else 1.0
    having = {word: sum(document[word] > 0 for document in documents) for word in wanted}
    weight = {
        word: math.log(1 + (len(documents) - count + 0.5) / (count + 0.5))
        for word, count in having.items()
    }
    return [
        sum(
            weight[word] * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length / mean))
            for word in wanted
            if (count := document[word])
        )
        for document, length in zip(documents, lengths, strict=True)
    ]
