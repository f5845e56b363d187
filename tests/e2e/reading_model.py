"""A model that reads: from the briefing it is sent, and from nothing else, it says what is wrong."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import hostile_told
from hostile_told import Told
from model_acts import Act, Say

CHARACTERS_A_TOKEN = 3.5
"""Of paths, names and prose together, as tokenizers of small models cut them."""

_ALERT = re.compile(r"^\| Alert: (\S+)", re.MULTILINE)
_WORKLOAD = re.compile(r"^Deployment/[\w-]+/([\w-]+)$")
_MISSING = re.compile(r"(?i)missing required|environment variable|is not set")


@dataclass(frozen=True)
class Reading:
    """One way to read a briefing: where a fact looks like this, the fault is of this class."""

    fault: str
    path: str
    value: str

    def find(self, told: Told) -> Iterator[tuple[str, str, str]]:
        """Yield the facts that look like this."""
        for id_, path, value in told.facts:
            if re.search(self.path, path) and re.search(self.value, value):
                yield id_, path, value


READINGS = (
    Reading("out_of_memory", r"reason$", r"^OOMKilled$"),
    Reading("no_endpoints", r"replicas\.desired$", r"^0$"),
    Reading("missing_configuration", r"(?:template|message|sample)$", _MISSING.pattern),
    Reading("bad_release", r"revision(?:_created_at)?$|revisions\[0\]\.created_at$", r"."),
)
"""The surest signs first."""


@dataclass
class Model:
    """What is behind the server, and what it was asked: a token for so many characters."""

    briefings: list[Told] = field(default_factory=list)

    def answer(self, body: Mapping[str, Any]) -> Act:
        """Return what it says."""
        told = hostile_told.read(body)
        said = json.dumps(self._said(told))
        read, wrote = (round(len(text) / CHARACTERS_A_TOKEN) for text in (told.text, said))
        return Say(said, counts=(read, wrote))

    def _said(self, told: Told) -> dict[str, Any]:
        if told.is_for("reflector"):
            self.briefings.append(told)
            return {"causes": list(_causes(told))[:1]}
        if told.is_for("reporter"):
            return {"sentences": list(_sentences(told))}
        return {}


def _causes(told: Told) -> Iterator[dict[str, Any]]:
    """Yield causes, the surest first."""
    for reading in READINGS:
        for id_, path, value in _newest(reading, list(reading.find(told))):
            place = _place(told, id_, path)
            if place:
                claims = [{"evidence": id_, "fact": path, "relation": "is", "value": value}]
                yield {
                    "fault_class": reading.fault,
                    "object": place,
                    "statement": f"{path} is {value}",
                    "claims": claims,
                }


def _newest(reading: Reading, found: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return facts with what happened last first, where they tell when something happened."""
    timed = [fact for fact in found if fact[1].endswith("created_at")]
    if reading.fault != "bad_release":
        return found
    return sorted(timed, key=lambda fact: fact[2], reverse=True)


def _place(told: Told, evidence: str, path: str) -> str:
    """Return the workload that a fact is about: its own look's, or that of its entry in a list."""
    workloads = {item: match[1] for item in told.objects if (match := _WORKLOAD.match(item))}
    head = re.search(rf"^\| \[{re.escape(evidence)}\] (.*)$", told.text, re.MULTILINE)
    entry = path[: path.index("]") + 1] if "]" in path else path
    near = [value for id_, each, value in told.facts if id_ == evidence and each.startswith(entry)]
    for text in (*near, head[1] if head else ""):
        for item, name in workloads.items():
            if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w])", text):
                return item
    return ""


def _sentences(told: Told) -> Iterator[dict[str, Any]]:
    """Yield a few of the entries as they stand there: the cause, the deed and the end."""
    for word in ("Round", "Plan proposed", "Plan approved", "Verified", "Status"):
        for number, said in told.entries:
            if said.startswith(word):
                yield {"text": said, "entries": [int(number)]}
                break
