"""The bytes of a saved answer as text, however the machine that saved it writes text."""

import codecs

_BINARY = b"\0"
_LOOKED_AT = 4096
"""Bytes of the beginning that tell text from what is none."""
_MARKED = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""What Windows puts first; its PowerShell writes UTF-16 where `>` is used."""


def text_of(raw: bytes) -> str | None:
    """Return the text with lines that end as on Unix, or None where the bytes are none.

    What cannot be read in it is replaced, so that one bad byte loses no answer.
    """
    for mark, encoding in _MARKED:
        if raw.startswith(mark):
            return _unix(raw[len(mark) :].decode(encoding, "replace"))
    head = raw[:_LOOKED_AT]
    if _BINARY not in head:
        return _unix(raw.decode("utf-8", "replace"))
    unmarked = _unmarked(head)
    return _unix(raw.decode(unmarked, "replace")) if unmarked else None


def _unmarked(head: bytes) -> str:
    """Return the order of UTF-16 without its mark: one byte of each pair is zero, the other never."""
    even, odd = head[0::2], head[1::2]
    if _BINARY not in even and not odd.strip(_BINARY):
        return "utf-16-le"
    if _BINARY not in odd and not even.strip(_BINARY):
        return "utf-16-be"
    return ""


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
