"""What a model wrote of an incident, held against the log entries that it cites, sentence by sentence.

Prose cannot be proved as a fact can. What can be is that a sentence says nothing that its entries do not
have: no number, no name and no outcome of its own, nothing denied or affirmed that is not, and each of
its parts in the words and the order of one of them. What does not pass is struck and counted.
"""

import re
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from sre_agent.domain.opinion import StruckClaim
from sre_agent.domain.summary import ModelSummary, Sentence
from sre_agent.llm import borne
from sre_agent.llm.facts import plain
from sre_agent.safety.redaction import redact

MAX_SENTENCES = 8
MAX_CITES = 8
"""Of one sentence: who cites everything cites nothing."""
MAX_STRUCK_TOLD = 20
_TEXT = 400
_SAID = 120
_OWN_WORDS = 0.4
"""How much of a sentence may be words that its entries do not have: what joins theirs."""
_STEM = 5

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"[\w.-]*[\w][-_/.:][\w][\w./:-]*")
"""What is spelled as things are called: `web-7d9`, `store/till`, `registry.example/web`."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_DENIES = re.compile(
    r"(?i)\b(?:not|no|never|nothing|nobody|none|without|neither|nor"
    r"|un(?!(?:til|der|it|its|to)\b)\w+|\w+n't)\b"
)
_OUTCOMES = (
    *(
        "approv",
        "reject",
        "resolv",
        "verif",
        "repair",
        "undone",
        "undo",
        "revert",
        "rolled",
        "fixed",
    ),
    *("recover", "healthy", "succe", "fail", "denied", "allowed", "escalat", "restart", "scaled"),
    *("deleted", "drain", "cordon", "caus", "because", "safe", "clos", "done", "finish", "stopp"),
)
"""Beginnings of words that tell how something ended or why: a sentence has them from its entries only."""


class WrittenSentence(BaseModel):
    """One sentence, and the numbers of the entries that say so."""

    model_config = ConfigDict(extra="ignore")

    text: str = Field(description="one plain sentence")
    entries: list[int] = Field(description="the numbers of the entries that say so")


class ReporterAnswer(BaseModel):
    """The summary, in the order in which it is read."""

    model_config = ConfigDict(extra="ignore")

    sentences: list[WrittenSentence] = Field(default_factory=list)


def check(answer: ReporterAnswer, entries: Mapping[int, str], model: str) -> ModelSummary:
    """Return what is left of a summary.

    Args:
        answer: what the model wrote.
        entries: what it was told, by the numbers of the log.
        model: who wrote it.
    """
    kept: list[Sentence] = []
    struck: list[StruckClaim] = []
    for number, said in enumerate(answer.sentences):
        text = plain(said.text[: 4 * _TEXT], _TEXT)
        if number < MAX_SENTENCES:
            reason = _fault(text, said.entries, entries)
        else:
            reason = f"only {MAX_SENTENCES} sentences are read"
        if reason:
            struck.append(StruckClaim(said=redact(text)[:_SAID], reason=reason))
        else:
            kept.append(Sentence(text=redact(text), cites=tuple(dict.fromkeys(said.entries))))
    return ModelSummary(
        model=model,
        sentences=tuple(kept),
        struck=tuple(struck[:MAX_STRUCK_TOLD]),
        struck_count=len(struck),
    )


def _fault(text: str, cited: Sequence[int], entries: Mapping[int, str]) -> str:
    """Return why a sentence does not stand on its entries; nothing where it does."""
    missing = [number for number in cited if number not in entries]
    if not text:
        return "it says nothing"
    if not cited:
        return "it cites no entry"
    if len(cited) > MAX_CITES:
        return f"it cites more than {MAX_CITES} entries"
    if missing:
        return f"there is no entry {missing[0]}"
    told = [entries[number] for number in cited]
    return _own(text, " ".join(told)) or _foreign(text, told)


def _own(text: str, told: str) -> str:
    """Return what a sentence has of its own; nothing where it says what it is borne by."""
    for what, found in (("number", _numbers), ("name", _names), ("outcome", _outcomes)):
        own = sorted(found(text) - found(told))
        if own:
            return f"its entries have no {what} {own[0]}"
    denies = bool(_DENIES.search(text))
    if denies != bool(_DENIES.search(told)):
        return "its entries deny nothing" if denies else "its entries deny it"
    words = _stems(text)
    if len(words - _stems(told)) > _OWN_WORDS * len(words):
        return "most of its words are not those of its entries"
    return ""


def _foreign(text: str, entries: Sequence[str]) -> str:
    """Return what a sentence puts together that no entry says so; nothing where one does."""
    part = borne.foreign(text, [borne.Source(entry) for entry in entries])
    return f"no entry of it says: {part}" if part else ""


def _numbers(text: str) -> set[str]:
    return {found.strip(".,:") for found in _NUMBER.findall(text)}


def _names(text: str) -> set[str]:
    return {found.strip(".:").casefold() for found in _NAME.findall(text)}


def _outcomes(text: str) -> set[str]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return {start for start in _OUTCOMES for word in words if word.startswith(start)}


def _stems(text: str) -> set[str]:
    return {word.casefold()[:_STEM] for word in _WORD.findall(text)}
