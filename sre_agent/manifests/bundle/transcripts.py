"""A terminal's text as the answers in it: prompts with their commands, colours, and warnings between."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PROMPT = re.compile(
    r"^(?:[^\s#]*[$%>]|\S+ ?[$%#]|PS [^>\n]*>)[ \t]*(?:kubectl|oc)[ \t]+(\S.*)$", re.MULTILINE
)
"""A line that asks kubectl something: behind `$`, `user@host:~#` or `PS C:\\>`."""
_NAMESPACE = re.compile(r"(?:^|\s)(?:-n|--namespace)[ =]?([a-z0-9][-a-z0-9]*)")
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_WARNING = re.compile(r"^Warning: .*\n?", re.MULTILINE)
"""What kubectl says beside its answer, where both streams were saved as one."""
_REFUSED = re.compile(r"\A\s*(?:(?:Error from server|error:).*\n\s*)+(?=\S)")
"""What some of several questions came to, before the answer to another."""


@dataclass(frozen=True)
class Part:
    """One answer of a file; `namespace` is the one that its command asked about, if it is known."""

    name: str
    text: str
    namespace: str = ""


def parts(name: str, text: str) -> Iterator[Part]:
    """Yield the answers that a file holds, each named after the file and its command."""
    plain = _COLOUR.sub("", text) if "\x1b" in text else text
    prompts = list(_PROMPT.finditer(plain)) if "kubectl" in plain or "oc " in plain else []
    before = plain[: prompts[0].start()] if prompts else plain
    if before.strip() or not prompts:
        yield Part(name, _answer(before))
    for number, prompt in enumerate(prompts, start=1):
        end = prompts[number].start() if number < len(prompts) else len(plain)
        asked = _NAMESPACE.search(prompt[1])
        said = _answer(plain[prompt.end() : end])
        if said.strip():
            yield Part(f"{name}: {number}. {prompt[1].strip()}", said, asked[1] if asked else "")


def _answer(text: str) -> str:
    """Return an answer without what kubectl said beside it before it began."""
    if text.lstrip().startswith("Warning: "):
        text = _WARNING.sub("", text)
    return _REFUSED.sub("", text).lstrip("\n")
