"""What may be put into a call as the name of something: what an alert says may be anything at all."""

import re

_NAME = re.compile(r"[A-Za-z0-9_](?:[\w.:/-]{0,251}\w)?", re.ASCII)
_ESCAPES = re.compile(r"(?:^|/)\.{1,2}(?:/|$)|//")
_TITLE_MAX_CHARS = 200
_TITLE_MARKS = frozenset(" .,:;/()[]_-+%&'#@=!?")


def is_name(text: str) -> bool:
    """Return whether systems name things like this: letters, digits, and what stands between them.

    A sentence, a query or a path that leads out of its place is none.
    """
    return _NAME.fullmatch(text) is not None and not _ESCAPES.search(text)


def is_title(text: str) -> bool:
    """Return whether people call an alert like this: one short line of words in any language."""
    return 0 < len(text) <= _TITLE_MAX_CHARS and all(
        char.isalnum() or char in _TITLE_MARKS for char in text
    )
