"""Lies told in the true words of an entry: its own words, turned so that they say something else."""

import random
import re

from hostile_lies import Lie, Say
from hostile_told import Told


def _bent(*turns: tuple[str, str]) -> Say:
    """Say an entry in which the first of some patterns that it has is turned into other words."""

    def say(told: Told, rng: random.Random) -> Lie:
        found = [
            (cite, said, re.sub(pattern, other, said, count=1))
            for cite, said in told.entries
            for pattern, other in turns
            if re.search(pattern, said)
        ]
        cite, said, text = rng.choice(found or [("1", "", "")])
        return Lie(
            text=text,
            cite=None if told.facts else cite,
            tells=(text,) if text != said else (),
        )

    return say


def _halved(join: str) -> Say:
    """Say the beginning of an entry and the end of another, as if both were of one thing."""

    def say(told: Told, rng: random.Random) -> Lie:
        known = [item for item in told.entries if len(item[1].split()) > 3]
        if len(known) < 2:
            return Lie()
        (one, first), (two, second) = rng.sample(known, 2)
        head, tail = first.split(), second.split()
        text = f"{' '.join(head[: len(head) // 2])}{join} {' '.join(tail[len(tail) // 2 :])}"
        return Lie(text=text, cite=None if told.facts else f"{one},{two}", tells=(text,))

    return say


COUNTED = (
    _bent((r"\b\d+ of (?:the )?(\d+)", r"all \1"), (r"\b\d+(?:\.\d+)?% of ", "all ")),
    _bent((r"\b\d+ of (\d+)", r"\1"), (r"\b\d+(?:\.\d+)?% of (?:the )?", "")),
    _bent((r"^.*?\b\d+ of (\d+ pods)", r"only \1")),
)
"""A share told as a whole."""

DONE = (
    _bent(
        (r"waits for (.+?) to approve", r"has \1 who did approve"), (r"requested, open until", "by")
    ),
    _bent(
        (r"waits for (.+?) to ", r"\1 did "), (r"\bmust be\b", "was"), (r"requested", "approved")
    ),
    _bent(
        (r"\b(?:must|will|needs to|waits until it) (?:be|is)\b", "is"), (r"proposed", "approved")
    ),
)
"""A thing to do told as done."""

TURNED = (
    _bent(
        (r"\bfrom (\S+) to ([^\s,.;]+)", r"from \2 to \1"), (r"(\S+) (?:→|->) (\S+)", r"\2 → \1")
    ),
    _bent(
        (r"\bfrom (\S+) to ([^\s,.;]+)", r"to \1 from \2"),
        (r"(\S+) (?:→|->) (\S+)", r"to \1 from \2"),
    ),
    _bent((r"\bbefore\b", "after"), (r"\bafter\b", "before")),
)
"""What was first told as last."""

HALVED = (_halved(", which"), _halved(","), _halved(""))
"""Halves of two entries told as one."""
