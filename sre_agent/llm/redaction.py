"""Secrets and personal data are replaced before a text leaves; the latter are put back where people read.

A placeholder, such as `[email:7f3a9c21b0]`, is drawn from its value with a key that belongs to one
incident: equal values get equal placeholders there, and without the key nobody can tell, or guess
and compare, what stands behind one. Only what was replaced here is put back, so that a placeholder
that a model made up, or took from elsewhere, stays what it is.
"""

import hashlib
import hmac
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sre_agent.safety import source_secrets
from sre_agent.safety.loose_shapes import is_random, loose_spans
from sre_agent.safety.personal_shapes import PERSONAL
from sre_agent.safety.redaction import MASK
from sre_agent.safety.secret_names import Shape
from sre_agent.safety.secret_shapes import STORED

MIN_KEY_BYTES = 16
_DIGEST_CHARS = 10
_PLACEHOLDER = re.compile(rf"\[[a-z]{{2,12}}(?:-[a-z]{{1,12}})?:[0-9a-f]{{{_DIGEST_CHARS},64}}\]")
_LOOKALIKE = "text"
"""The kind of what came in looking like a placeholder: it becomes one, so that none is forged."""

_ADDRESS = re.compile(r"(?i)://|^//|\]\(|\bwww\.|\bmailto:|[\w-]\.[a-z]{2,63}[/?#]")
"""In an address nothing is put back: whoever follows it, or loads the picture, would send it away."""

_WITH_SPACES = re.compile(r"(?i)\]\(\s*<|\b(?:src|href)\s*=")
"""How an address begins that may have spaces in it: it may end anywhere in its line."""

_TOKENS = re.compile(r"(?i)tokens[\"']?\s*[:=]\s*$")
_WORDS = frozenset(
    {"true", "false", "null", "none", "nil", "{}", "[]", "...", MASK, *"|>{[(<"}
) | frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "at",
        "by",
        "for",
        "if",
        "in",
        "is",
        "it",
        "no",
        "not",
        "of",
        "on",
        "or",
        "that",
        "the",
        "there",
        "this",
        "to",
        "was",
        "when",
    ]
)
"""What stands in the place of a secret and is none."""

_FILLER = "x"
"""Stands for each character of an own placeholder while secrets are looked for: in its brackets they would end."""

_QUOTES = frozenset("\"'")
_ALSO_ELSEWHERE = 64
_MIN_ELSEWHERE = 8

_Span = tuple[int, int, str]
_OF_PERSONS = frozenset({_LOOKALIKE, *(personal.shape.kind for personal in PERSONAL)})


@dataclass(frozen=True)
class Redacted:
    """A text as it may leave, and what its placeholders stand for."""

    text: str
    originals: Mapping[str, str] = field(repr=False)

    def restore(self, text: str) -> str:
        """Return a text with the placeholders of this one put back."""
        return _restored(text, self.originals)


class Redactor:
    """Replaces and puts back within one incident; what it replaced once it knows again."""

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"the key of placeholders needs at least {MIN_KEY_BYTES} bytes")
        self._key = key
        self._originals: dict[str, str] = {}

    def redact(self, text: str) -> str:
        """Return the text with secrets and personal data replaced; own placeholders stay.

        The work grows with the length of the text and no faster.
        """
        parts, end = [], 0
        for start, stop, kind in _merged(_spans(text, self._originals)):
            parts += [text[end:start], self._placeholder(kind, text[start:stop])]
            end = stop
        return "".join((*parts, text[end:]))

    def restore(self, text: str) -> str:
        """Return a text with what was replaced put back, addresses excepted."""
        return _restored(text, self._originals)

    def tell(self, text: str) -> str:
        """Return a text as people read it: with data of persons put back, secrets left replaced.

        What stood beside a secret and told that it is one is gone by now: nobody would mask it.
        """
        return _restored(text, {name: self._originals[name] for name in self._tellable})

    def tell_json(self, value: Any) -> Any:
        """Return a JSON value as people read it, its keys as they are."""
        if isinstance(value, str):
            return self.tell(value)
        if isinstance(value, list | tuple):
            return [self.tell_json(item) for item in value]
        if isinstance(value, dict):
            return {key: self.tell_json(item) for key, item in value.items()}
        return value

    @property
    def _tellable(self) -> list[str]:
        return [name for name in self._originals if name[1:].partition(":")[0] in _OF_PERSONS]

    @property
    def originals(self) -> Mapping[str, str]:
        """Return what each placeholder stands for."""
        return self._originals

    def _placeholder(self, kind: str, value: str) -> str:
        raw = value.encode("utf-8", "surrogatepass")
        digest = hmac.new(self._key, raw, hashlib.sha256).hexdigest()
        chars = _DIGEST_CHARS
        while self._originals.setdefault(f"[{kind}:{digest[:chars]}]", value) != value:
            chars += 1
        return f"[{kind}:{digest[:chars]}]"


def redact(text: str, key: bytes) -> Redacted:
    """Return the text with secrets and personal data replaced.

    Args:
        text: What is to leave.
        key: Of the incident; at least 16 bytes that nobody outside knows.
    """
    redactor = Redactor(key)
    return Redacted(redactor.redact(text), redactor.originals)


def places(text: str) -> list[tuple[int, int]]:
    """Return where something would be replaced, placeholders included, in the order of the text."""
    return [(start, stop) for start, stop, _ in _merged(_spans(text, {}))]


def _restored(text: str, originals: Mapping[str, str]) -> str:
    def back(word: str) -> str:
        if _ADDRESS.search(word):
            return word
        return _PLACEHOLDER.sub(lambda found: originals.get(found[0], found[0]), word)

    return "".join(
        line if _WITH_SPACES.search(line) else "".join(map(back, re.split(r"(\s+)", line)))
        for line in text.splitlines(keepends=True)
    )


def _spans(text: str, known: Mapping[str, str]) -> Iterator[_Span]:
    own = [match.span() for match in _PLACEHOLDER.finditer(text) if match[0] in known]
    filled = _PLACEHOLDER.sub(lambda its: _filled(its[0]) if its[0] in known else its[0], text)
    found = list(_beside(text, _looked(filled), own))
    yield from found
    yield from _elsewhere(text, found)


def _filled(placeholder: str) -> str:
    return _FILLER * len(placeholder)


def _beside(text: str, found: Iterable[_Span], own: Sequence[tuple[int, int]]) -> Iterator[_Span]:
    """Yield what was found without the own placeholders at its ends, which stay; signs alone are nothing."""
    begins, ends = dict(own), {stop: start for start, stop in own}
    inside = {place: span for span in own for place in range(*span)}
    for first, last, kind in found:
        start = inside[first][1] if first in inside else first
        stop = inside[last - 1][0] if last - 1 in inside else last
        while start in begins:
            start = begins[start]
        while stop in ends:
            stop = ends[stop]
        if (start, stop) == (first, last) or any(map(str.isalnum, text[start:stop])):
            yield start, stop, kind


def _looked(text: str) -> tuple[_Span, ...]:
    """Return what `_found` finds; where one text is redacted again, as for the log, nobody looks again.

    Places are remembered, and not what stands there.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    found = _REMEMBERED.get(digest)
    if found is None:
        found = tuple(_found(text))
        with _REMEMBERING:
            _REMEMBERED[digest] = found
            while len(_REMEMBERED) > _REMEMBERED_MOST:
                del _REMEMBERED[next(iter(_REMEMBERED))]
    return found


_REMEMBERED_MOST = 32
_REMEMBERED: dict[bytes, tuple[_Span, ...]] = {}
_REMEMBERING = threading.Lock()


def _found(text: str) -> Iterator[_Span]:
    for match in _PLACEHOLDER.finditer(text):
        yield *match.span(), _LOOKALIKE
    for start, stop, kind in _secrets(text):
        yield from _trimmed(text, start, stop, kind)
    for personal in PERSONAL:
        for match in personal.shape.pattern.finditer(text):
            start, stop = Shape.span(match)
            if personal.holds(text[start:stop]):
                yield start, stop, personal.shape.kind


def _secrets(text: str) -> Iterator[_Span]:
    for item in STORED:
        for match in item.pattern.finditer(text):
            yield *Shape.span(match), item.kind
    for start, stop in source_secrets.spans(text):
        yield start, stop, "secret"
    yield from loose_spans(text)


def _trimmed(text: str, start: int, stop: int, kind: str) -> Iterator[_Span]:
    """Yield a found secret without the quotes around it; nothing where it says nothing."""
    while stop - start > 1 and text[start] in _QUOTES and text[stop - 1] == text[start]:
        start, stop = start + 1, stop - 1
    value = text[start:stop]
    is_count = value.isdigit() and _TOKENS.search(text, max(0, start - 20), start)
    if value and value.lower() not in _WORDS and not is_count:
        yield start, stop, kind


def _elsewhere(text: str, found: Iterable[_Span]) -> Iterator[_Span]:
    """Yield where secrets stand again without what told them."""
    kinds = {text[start:stop]: kind for start, stop, kind in found}
    telling = [value for value in kinds if len(value) >= _MIN_ELSEWHERE and is_random(value)]
    for value in telling[:_ALSO_ELSEWHERE]:
        kind = kinds[value] if kinds[value] in _OF_PERSONS else "secret"
        start = text.find(value)
        while start >= 0:
            yield start, start + len(value), kind
            start = text.find(value, start + len(value))


def _merged(spans: Iterable[_Span]) -> list[_Span]:
    """Return the spans in order; those that overlap are one: a secret if one of them is, else as the first."""
    merged: list[_Span] = []
    for start, stop, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if merged and start < merged[-1][1]:
            before = merged[-1]
            whose = kind if before[2] in _OF_PERSONS and kind not in _OF_PERSONS else before[2]
            merged[-1] = (before[0], max(before[1], stop), whose)
        else:
            merged.append((start, stop, kind))
    return merged
