"""A model's prose held against the facts that it was told: what they do not say is marked so.

A sentence names its facts in brackets, such as `[f2]`. Numbers, names and states in it have to stand in
one of them, and each of its parts in their words; a sentence whose facts do not say so is the model's
opinion, and is shown as one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from sre_agent.ask.answers import Answer, Sentence, Support
from sre_agent.ask.citing import Fact
from sre_agent.llm import borne, fencing

MAX_CHARS = 4000
MAX_SENTENCES = 30
MAX_CITES = 12
"""Of one sentence: who cites everything cites nothing."""
_SENTENCE_CHARS = 600

_GROUP = re.compile(r"\[((?:\s*f\d{1,4}\s*,?)+)\]", re.IGNORECASE)
_NUMBER = re.compile(r"f(\d{1,4})", re.IGNORECASE)
_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z\s])|\n+")
_BULLET = re.compile(r"^[\s*#>•-]+")


def check(text: str, facts: Mapping[str, Fact], names: Sequence[str], by: str) -> Answer:
    """Return what is left of an answer. `facts` are those it was told, by how it cites them."""
    known = borne.words(" ".join(names))
    sentences: list[Sentence] = []
    struck = 0
    for said, cited in _sentences(fencing.clean(text[:MAX_CHARS])):
        there = [facts[id_] for id_ in cited if id_ in facts]
        struck += len(cited) - len(there)
        cites = tuple(dict.fromkeys(cite for fact in there for cite in fact.cites))
        sentences.append(Sentence(text=said, cites=cites, support=_support(said, there, known)))
    cut = ("The rest of the answer is left out: it is too long.",)
    is_long = len(text) > MAX_CHARS or len(sentences) > MAX_SENTENCES
    return Answer(
        sentences=tuple(sentences[:MAX_SENTENCES]),
        notes=cut if is_long else (),
        by=by,
        struck=struck,
    )


def _sentences(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each sentence with what it cites; a citation belongs to the words before it."""
    waiting: tuple[str, tuple[str, ...]] | None = None
    position = 0
    for group in (*_GROUP.finditer(text), None):
        words = text[position : group.start() if group else len(text)]
        cited = _ids(group[1]) if group else ()
        position = group.end() if group else len(text)
        parts = [part for part in map(_plain, _END.split(words)) if part]
        if not parts:
            if waiting:
                waiting = (waiting[0], (*waiting[1], *cited))
            continue
        if waiting:
            yield waiting
        yield from ((part, ()) for part in parts[:-1])
        waiting = (parts[-1], cited)
    if waiting:
        yield waiting


def _plain(part: str) -> str:
    said = " ".join(_BULLET.sub("", part).split())
    return said[:_SENTENCE_CHARS] if any(char.isalnum() for char in said) else ""


def _ids(group: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"f{int(item)}" for item in _NUMBER.findall(group)))


def _support(said: str, facts: Sequence[Fact], names: frozenset[str]) -> Support:
    if not facts:
        return Support.UNCITED
    if len(facts) > MAX_CITES or borne.foreign(said, _sources(facts, names)):
        return Support.UNSUPPORTED
    return Support.CITED


def _sources(facts: Sequence[Fact], names: frozenset[str]) -> list[borne.Source]:
    """Return what facts say, and what may be put beside it: its id, and its place where it names none."""
    named = [names & borne.words(fact.text) for fact in facts]
    return [
        borne.Source(
            fact.text, _ids_of(fact) | (frozenset() if own else _place(fact, facts, named))
        )
        for fact, own in zip(facts, named, strict=True)
    ]


def _place(fact: Fact, facts: Sequence[Fact], named: Sequence[frozenset[str]]) -> frozenset[str]:
    """Return the place that other facts from where a fact is from tell of, if they tell of one only."""
    ids = {cite.id for cite in fact.cites}
    near = (
        names
        for other, names in zip(facts, named, strict=True)
        if ids & {cite.id for cite in other.cites}
    )
    told = frozenset[str]().union(*near)
    places = [name for name in told if "/" in name]
    return told & {places[0], *places[0].split("/")} if len(places) == 1 else frozenset()


def _ids_of(fact: Fact) -> frozenset[str]:
    return borne.words(" ".join(f"{cite.id} {cite.cluster}" for cite in fact.cites))
