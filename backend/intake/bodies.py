"""Bodies as they are posted: JSON, without the characters that cannot be stored."""

import re
from typing import Any

from pydantic_core import from_json

from backend.intake.refusals import NotJsonError

_REPLACED = rb"\ufffd"
_ESCAPE = re.compile(
    rb"\\(?:[^u]|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<bad>u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})))"
)
"""An escape of JSON; `bad` is the character zero, or half of a pair that stands alone."""


def read(body: bytes, *, allow_inf_nan: bool = True) -> Any:
    r"""Return what a body says. `\u0000` and lone halves of pairs become U+FFFD: no database takes them.

    Raises:
        NotJsonError: It is not JSON.
    """
    try:
        return from_json(storable(body), allow_inf_nan=allow_inf_nan)
    except ValueError as error:
        raise NotJsonError(str(error)) from None


def storable(body: bytes) -> bytes:
    """Return a body with what cannot be stored replaced; what is no escape stays as it is."""
    if rb"\u" not in body:
        return body
    return _ESCAPE.sub(lambda found: _REPLACED if found["bad"] else found[0], body)
