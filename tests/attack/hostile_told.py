"""What a model is told in a question, read out of it as a model would."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sre_agent.llm import prompts

_APART = frozenset({"tools", "format", "response_format", "text", "generationConfig"})
"""What is said of the form of the answer, not of the incident."""

_EVIDENCE = re.compile(r"^\| \[([\w.-]+)\] [a-z_]+\.[a-z_]+")
_FACT = re.compile(r"^\| (\S+) = (.*)$")
_ENTRY = re.compile(r"^\| (\d+)\. (.+)$", re.MULTILINE)
_KNOWN = re.compile(r"^\| \[(f\d+)\] (.+)$", re.MULTILINE)
_OPTION = re.compile(r'^- "(.+?)": holds because', re.MULTILINE)
_NONCE = re.compile(r"<untrusted ([0-9a-f]+)>")
_PLACEHOLDER = re.compile(r"\[[a-z]{2,12}(?:-[a-z]{1,12})?:[0-9a-f]{10,64}\]")


@dataclass(frozen=True)
class Told:
    """A question: in which role, and what it says."""

    text: str

    @property
    def nonce(self) -> str:
        """Return what the fences of this question are marked with."""
        found = _NONCE.search(self.text)
        return found[1] if found else "0" * 16

    @property
    def facts(self) -> list[tuple[str, str, str]]:
        """Return evidence id, path and value of each fact."""
        return list(_facts(self.text))

    @property
    def objects(self) -> list[str]:
        """Return the objects that may be named."""
        between = re.search(r"^\| Objects:\n(.*?)^\| Facts:$", self.text, re.MULTILINE | re.DOTALL)
        lines = between[1].splitlines() if between else []
        return [line.removeprefix("| ") for line in lines if "/" in line]

    @property
    def entries(self) -> list[tuple[str, str]]:
        """Return what is cited by a number or name, and what it says."""
        return _ENTRY.findall(self.text) or _KNOWN.findall(self.text)

    @property
    def options(self) -> list[str]:
        """Return the repairs that may be chosen, what the rules would do first."""
        return _OPTION.findall(self.text)

    @property
    def placeholders(self) -> list[str]:
        """Return what stands in the place of secrets."""
        return sorted(set(_PLACEHOLDER.findall(self.text)))

    def is_for(self, role: str) -> bool:
        """Return whether it is a role's question, by how its prompt begins."""
        return prompts.load(role).splitlines()[0] in self.text


def read(body: Mapping[str, Any]) -> Told:
    """Return what a request of any provider's client says."""
    return Told("\n".join(_texts({k: v for k, v in body.items() if k not in _APART})))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _facts(text: str) -> Iterator[tuple[str, str, str]]:
    evidence = ""
    for line in text.splitlines():
        if head := _EVIDENCE.match(line):
            evidence = head[1]
        elif evidence and (fact := _FACT.match(line)):
            yield evidence, fact[1], fact[2]
