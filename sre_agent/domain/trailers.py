"""The mark that a used grant leaves in the message of a commit."""

import re

_GRANT = re.compile(r"^Grant-Id: ([\w.-]{1,200})$", re.MULTILINE)


def grant_of(message: str) -> str | None:
    """Return the grant whose mark a message bears: the last, because texts before it may quote one."""
    found = _GRANT.findall(message)
    return str(found[-1]) if found else None
