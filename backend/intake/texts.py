"""Texts as systems send them: bounded, without secrets, and unable to steer what shows them."""

from backend.plain import plain
from sre_agent.safety.redaction import redact

_CUT = "…"


def one_line(text: str) -> str:
    """Return a text that is one plain line.

    Raises:
        ValueError: It holds a character that steers a terminal or a page.
    """
    if not text.isprintable() and (plain(text) != text or "\n" in text or "\t" in text):
        raise ValueError("holds a control character or a line break")
    return text


def told(text: object, most: int) -> str:
    """Return a text as it may be kept: plain, secrets masked, no longer than `most` characters.

    What is no text is none.
    """
    if not isinstance(text, str):
        return ""
    # Cut before it is searched, as whoever sends it decides how long it is; and after it grew.
    shown: str = plain(text[:most].replace("\r\n", "\n"))
    masked = redact(shown)
    is_whole = len(text) <= most and len(masked) <= most
    return masked if is_whole else masked[: most - 1] + _CUT


def title(text: object, most: int) -> str:
    """Return the first line of a text as it may be kept."""
    lines = text[: most * 4].strip().splitlines() if isinstance(text, str) else []
    return " ".join(told(lines[0], most).split()) if lines else ""


def link(url: object, most: int) -> str:
    """Return an address that a page may lead to, or nothing: one that runs a script is none."""
    shown = title(url, most)
    return shown if shown.startswith(("https://", "http://")) else ""
