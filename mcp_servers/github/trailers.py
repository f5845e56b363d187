"""The mark that a used grant leaves: a trailer of a commit's message, or a comment nobody sees."""

import re

GRANT = "Grant-Id"
_TRAILER = re.compile(rf"^{GRANT}: ([\w.-]{{1,200}})$", re.MULTILINE)
_HIDDEN = re.compile(r"<!-- sre-agent grant ([\w.-]{1,200}) -->")


def signed(message: str, grant_id: str) -> str:
    """Return a commit's message with the mark at its end."""
    return f"{message.rstrip()}\n\n{GRANT}: {grant_id}\n"


def grant_of(message: str) -> str | None:
    """Return the grant whose mark a message bears: the last, because texts before it may quote one."""
    found = _TRAILER.findall(message)
    return found[-1] if found else None


def hidden(body: str, grant_id: str) -> str:
    """Return the text of a comment or issue with the mark at its end."""
    return f"{body.rstrip()}\n\n<!-- sre-agent grant {grant_id} -->"


def hidden_in(body: str | None) -> str | None:
    """Return the grant whose mark a comment or issue bears."""
    found = _HIDDEN.findall(body or "")
    return found[-1] if found else None


def without(body: str | None) -> str:
    """Return a text as it was before it got the mark."""
    return _HIDDEN.sub("", body or "").strip()
