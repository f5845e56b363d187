"""Text of others as console markup: it is said, and is never a tag."""

from rich import markup

_NOTHING = "[none][/]"
"""A tag around nothing: before it two backslashes are one, whatever is written after it."""


def escape(text: str) -> str:
    """Return text as console markup that says it literally, whatever is written before and after it.

    Rich's own looks at one text alone: a bracket that opens in one and closes in the next would
    still make a tag of all between them, which hides it, links it, or is refused as an error.
    """
    body = text.rstrip("\\")
    count = len(text) - len(body)
    ends = "\\" * 2 * count + _NOTHING if count else ""
    head, opened, tail = markup.escape(body).rpartition("[")  # noqa: TID251 - the one place
    if not opened or "]" in tail:
        return head + opened + tail + ends
    before = head.rstrip("\\")
    return f"{before}{head[len(before) :] * 2}\\[{tail}{ends}"
