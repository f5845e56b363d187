"""The corpus of hostile texts: by technique, with what YAML cannot write spelled out."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

ALL = os.environ.get("ATTACK_STRINGS") == "all"
"""As `make test-attack` has it; elsewhere the first string of each technique has to do."""

_PLACE = Path(__file__).with_name("corpus.yaml")


@cache
def by_technique() -> Mapping[str, tuple[str, ...]]:
    """Return the strings of each technique."""
    written = yaml.safe_load(_PLACE.read_text(encoding="utf-8"))
    return {
        technique: tuple(_text(entry) for entry in (entries if ALL else entries[:1]))
        for technique, entries in written.items()
    }


def _text(entry: str | dict[str, str | int]) -> str:
    """Return a string as it is written, or one part of it repeated: `{repeat: x, times: 9, end: y}`."""
    if isinstance(entry, str):
        return entry
    middle = str(entry["repeat"]) * int(entry["times"])
    return f"{entry.get('start', '')}{middle}{entry.get('end', '')}"
