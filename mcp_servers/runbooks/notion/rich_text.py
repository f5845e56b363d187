"""Notion's rich text: spans with annotations, as plain text or as Markdown."""

from collections.abc import Iterable, Mapping
from typing import Any

_MARKS = (("code", "`"), ("bold", "**"), ("italic", "*"), ("strikethrough", "~~"))


def plain(spans: object) -> str:
    """Return the words alone."""
    return "".join(str(span.get("plain_text", "")) for span in _spans(spans))


def markdown(spans: object) -> str:
    """Return the words with their emphasis and links."""
    return "".join(_marked(span) for span in _spans(spans))


def _spans(spans: object) -> Iterable[Mapping[str, Any]]:
    return [span for span in spans if isinstance(span, dict)] if isinstance(spans, list) else ()


def _marked(span: Mapping[str, Any]) -> str:
    text = str(span.get("plain_text", ""))
    bare = text.strip()
    if not bare:
        return text
    marked = bare
    annotations = span.get("annotations") or {}
    for name, mark in _MARKS:
        if annotations.get(name):
            marked = f"{mark}{marked}{mark}"
    if span.get("href"):
        marked = f"[{marked}]({span['href']})"
    return text.replace(bare, marked, 1)
